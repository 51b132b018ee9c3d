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

/// A checkpoint of another run, from which a new run starts.
struct Branch {
  std::string parent;  ///< the other run's folder
  std::int64_t step = 0;
};

/// Turns the configuration of a run with a constant learning rate (wsd, constant) into that of a
/// run whose rate falls to 0 from `step` on, over the last trainer.decay_ratio of its steps. The
/// new run has its own folder next to the parent's: RUN-from-STEP. Throws UsageError if the rate is
/// not constant at `step`. Local; reads no file.
Branch plan_branch(TrainConfiguration& config, std::int64_t step);

/// Arguments of a start that are not part of the run's configuration.
struct StartWords {
  bool take_over = false;  ///< the user confirms that the job that was using run_dir has ended
  std::string command;     ///< the command line, for run.json
  std::string build;       ///< this program's build, for run.json
  std::optional<Branch> branch = {};
};

/// Collective. Trains the model that a validated `config` describes, from the newest checkpoint in
/// its folder if there is one. `given` records which options the user has set. Returns kDone, or
/// kStopped if a signal arrived and everything is saved. Throws CollectiveError if it cannot start
/// or continue.
ExitCode train_model(const mpi::Communicator& world, TrainConfiguration config,
                     const OptionTable& given, const StartWords& words);

/// Implements --dry-run: runs the checks of a start, as one of `ranks` ranks on this machine, and
/// returns the configuration and the plan. Writes nothing. Local, without MPI.
std::string describe_training(TrainConfiguration config, const OptionTable& given, int ranks = 1);
/// Does the same for the ranks of a job. Collective; returns "" on all ranks except rank 0.
std::string describe_training(TrainConfiguration config, const OptionTable& given,
                              const mpi::Communicator& world);

}  // namespace amt
