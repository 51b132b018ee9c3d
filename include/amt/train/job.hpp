// The job of `amt train`: a dataset -> a trained model, with checkpoints.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "amt/base/error.hpp"
#include "amt/base/options.hpp"
#include "amt/mpi/communicator.hpp"
#include "amt/train/train_configuration.hpp"

namespace amt {

/// A checkpoint of another run that a run starts from.
struct Branch {
  std::string parent;  ///< its folder
  std::int64_t step = 0;
};

/// Makes of the configuration of a run whose learning rate is constant (wsd, constant) that of one
/// in which it falls to 0 from `step` on, in trainer.decay_ratio of all its steps, with a folder of
/// its own beside the parent's: RUN-from-STEP. UsageError if the rate at `step` is another. Local;
/// reads no file.
Branch plan_branch(TrainConfiguration& config, std::int64_t step);

/// What a start is given besides the run's configuration.
struct StartWords {
  bool take_over = false;  ///< the user's word that the job which holds run_dir runs no longer
  std::string command;     ///< as it was given, for run.json
  std::string build;       ///< of this program, for run.json
  std::optional<Branch> branch = {};
};

/// Collective. Trains the model that a validated `config` describes, from the newest checkpoint in
/// its folder if there is one. `given` knows which options the user has chosen. kDone, or kStopped
/// if a signal came and all is saved; CollectiveError if it cannot start or go on.
ExitCode train_model(const mpi::Communicator& world, TrainConfiguration config,
                     const OptionTable& given, const StartWords& words);

/// What --dry-run prints: checks what a start checks, as one of `ranks` ranks on this machine, and
/// returns the configuration and the plan. Writes nothing. Local, without MPI.
std::string describe_training(TrainConfiguration config, const OptionTable& given, int ranks = 1);
/// The same for the ranks of a job. Collective; "" on all but rank 0.
std::string describe_training(TrainConfiguration config, const OptionTable& given,
                              const mpi::Communicator& world);

}  // namespace amt
