// What a training run checks before it writes anything; a dry run ends after it.
#pragma once

#include <optional>

#include "amt/checkpoint/training_state.hpp"
#include "amt/dataset/manifest.hpp"
#include "amt/dataset/rows.hpp"
#include "amt/mpi/communicator.hpp"
#include "amt/run/paths.hpp"
#include "amt/train/train_configuration.hpp"

namespace amt {

/// What every rank needs before the model is made; opening it is where most mistakes show.
struct Inputs {
  Manifest manifest;
  std::optional<DatasetRows> train, valid;
};

/// Takes what the user leaves open of the model from what training begins with: the run itself if
/// it resumes, else the folder it is initialised from, which is read whole to find damage before
/// anything is written. UsageError or Error if that, or the model then, cannot work. For one rank.
void choose_model(TrainConfiguration& config, const OptionTable& given);

/// The order of rows that `run`, which is continued, has had so far, if the user says nothing of
/// it: where its config.ini does not either, a version has begun it that did not reshuffle. For one
/// rank.
void keep_order(const RunPaths& run, TrainConfiguration& config, const OptionTable& given);

/// Collective: rank 0 chooses model and order for all.
void agree_on_model(TrainConfiguration& config, const OptionTable& given,
                    const mpi::Communicator& world);

/// Opens both splits and, unless data.verify is false, checks the `rank`-th share of their
/// checksums. Local.
Inputs open_inputs(const TrainConfiguration& config, Manifest manifest, int rank, int ranks);

/// Warns of what the user may not have meant.
void question(const TrainConfiguration& config, const Manifest& manifest);

/// Of the newest checkpoint that says where it stands. Damage is for find_checkpoint to tell of.
std::optional<TrainingState> newest_state(const RunPaths& run);

/// UsageError if the run cannot go on with this dataset. For one rank, before config.ini is written
/// anew; the trainer looks again, at the checkpoint that it takes.
void check_run(const TrainConfiguration& config, const Manifest& manifest);

}  // namespace amt
