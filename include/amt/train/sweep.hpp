// amt train --sweep: one run for each of several values of an option.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "amt/run/sweep_paths.hpp"
#include "amt/train/job.hpp"

namespace amt {

struct Sweep {
  std::string option;               ///< full name: "trainer.learning_rate"
  std::vector<std::string> values;  ///< as the user wrote them
  SweepPaths paths;                 ///< in the configured trainer.run_dir
  std::optional<std::size_t> only;  ///< index of the only value to train; empty: all

  RunPaths run(std::size_t value) const;
};

/// Parses "learning_rate=1e-3,2e-3" (an option's full name, or the part after the dot) and
/// validates the configuration with each value. `array_task` is SLURM_ARRAY_TASK_ID, the index of
/// the only value to train, or null outside a job array. Throws UsageError if the option is
/// unknown, a value is invalid or given twice, or the index is too large. `table` must refer to
/// `config`, which is left with the last value. Local; reads no files.
Sweep plan_sweep(const std::string& text, const char* array_task, TrainConfiguration& config,
                 OptionTable& table);

/// Collective. Trains the runs of a sweep one after another, each with train_model(), and writes
/// sweep.csv and sweep.html to the sweep's folder. If a run fails, for example because it diverges,
/// the remaining ones are still trained. If the sweep is started again, it resumes, and complete
/// runs are not repeated. Returns kStopped if a signal arrived, otherwise kFailed if a run failed,
/// otherwise kDone.
ExitCode train_sweep(const mpi::Communicator& world, const Sweep& sweep, TrainConfiguration& config,
                     OptionTable& table, const StartWords& words);

}  // namespace amt
