// The checks of a training run before it writes anything. A dry run ends after them.
#pragma once

#include <optional>

#include "amt/checkpoint/training_state.hpp"
#include "amt/dataset/manifest.hpp"
#include "amt/dataset/rows.hpp"
#include "amt/mpi/communicator.hpp"
#include "amt/run/paths.hpp"
#include "amt/train/train_configuration.hpp"

namespace amt {

/// The data that every rank opens before the model is created, because most mistakes show there.
struct Inputs {
  Manifest manifest;
  std::optional<DatasetRows> train, valid;
};

/// Takes the model options that the user has not set from the run itself if it resumes, else from
/// the folder it is initialised from. That folder is read completely, to find damage before
/// anything is written. UsageError or Error if the folder or the resulting model cannot be used.
/// For one rank.
void choose_model(TrainConfiguration& config, const OptionTable& given);

/// The order of rows that `run`, which is continued, has had so far, if the user says nothing of
/// it: where its config.ini does not either, a version has begun it that did not reshuffle. For one
/// rank.
void keep_order(const RunPaths& run, TrainConfiguration& config, const OptionTable& given);

/// Collective: rank 0 chooses model and order for all.
void agree_on_model(TrainConfiguration& config, const OptionTable& given,
                    const mpi::Communicator& world);

/// Returns unigram_loss_of_run(), for the report; a run that resumes has recorded it. Counts rows
/// all over the dataset, whose checksums are not verified: that would be all of it. For one rank.
double baseline_loss(const TrainConfiguration& config, const Manifest& manifest);

/// Opens both splits. Verifies the checksums of this rank's share if data.verify_first is true,
/// else, if data.verify is, those of the rows that are used. Local.
Inputs open_inputs(const TrainConfiguration& config, Manifest manifest, int rank, int ranks);

/// Warns of settings that the user may not have meant.
void question(const TrainConfiguration& config, const Manifest& manifest);

/// Returns the state of the newest checkpoint that has a readable one. Does not report
/// damage: find_checkpoint does.
std::optional<TrainingState> newest_state(const RunPaths& run);

/// Throws a UsageError if the run cannot continue with this dataset. For one rank, before
/// config.ini is rewritten; the trainer checks the checkpoint that it loads once more.
void check_run(const TrainConfiguration& config, const Manifest& manifest);

}  // namespace amt
