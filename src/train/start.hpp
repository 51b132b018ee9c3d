// The checks of a training run before it writes anything. A dry run stops after them.
#pragma once

#include <optional>

#include "amt/checkpoint/training_state.hpp"
#include "amt/dataset/manifest.hpp"
#include "amt/dataset/rows.hpp"
#include "amt/mpi/communicator.hpp"
#include "amt/run/paths.hpp"
#include "amt/train/train_configuration.hpp"

namespace amt {

/// The data that every rank opens before the model is created, because that reveals most mistakes.
struct Inputs {
  Manifest manifest;
  std::optional<DatasetRows> train, valid;
};

/// Fills in the model options that the user has not set, from the run itself if it resumes, else
/// from the folder that it is initialised from. That folder is read completely, to find damage
/// before anything is written. Throws UsageError or Error if the folder or the resulting model
/// cannot be used. Called on one rank only.
void choose_model(TrainConfiguration& config, const OptionTable& given);

/// Keeps the row order of `run`, which is being continued, unless the user has set it. If its
/// config.ini lacks the option, the run was started by a version that did not reshuffle. Called on
/// one rank only.
void keep_order(const RunPaths& run, TrainConfiguration& config, const OptionTable& given);

/// Collective. Rank 0 chooses the model and the row order for all ranks.
void agree_on_model(TrainConfiguration& config, const OptionTable& given,
                    const mpi::Communicator& world);

/// Returns unigram_loss_of_run() for the report; a resumed run takes it from its record. Does not
/// verify checksums, because its rows are spread over the whole dataset. Called on one rank only.
double baseline_loss(const TrainConfiguration& config, const Manifest& manifest);

/// Opens both splits. Verifies the checksums of this rank's share if data.verify_first is true;
/// otherwise, if data.verify is true, verifies rows when they are first used. Local.
Inputs open_inputs(const TrainConfiguration& config, Manifest manifest, int rank, int ranks);

/// Warns about settings that the user may not have intended.
void question(const TrainConfiguration& config, const Manifest& manifest);

/// Returns the state of the newest checkpoint whose state can be read. Does not report damage;
/// find_checkpoint() does.
std::optional<TrainingState> newest_state(const RunPaths& run);

/// Throws UsageError if the run cannot continue with this dataset. Called on one rank only, before
/// config.ini is rewritten; the trainer repeats this check for the checkpoint that it loads.
void check_run(const TrainConfiguration& config, const Manifest& manifest);

}  // namespace amt
