// amt train --sweep: a run for each of several values of one option.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "amt/run/sweep_paths.hpp"
#include "amt/train/job.hpp"

namespace amt {

struct Sweep {
  std::string option;               ///< its full name, "trainer.learning_rate"
  std::vector<std::string> values;  ///< as they were written
  SweepPaths paths;                 ///< its folder is the configured trainer.run_dir
  std::optional<std::size_t> only;  ///< the value that this job trains; nothing: all

  RunPaths run(std::size_t value) const;
};

/// Reads "learning_rate=1e-3,2e-3" (the full name of an option, or its part after the dot) and
/// validates the configuration with each value. `array_task` is SLURM_ARRAY_TASK_ID, null outside
/// of an array: the number of the only value to train, counted from 0. UsageError if the option is
/// unknown, a value is invalid or given twice, or there is no value of this number. `table` must
/// refer to `config`, which is left with the last value. Local; reads no file.
Sweep plan_sweep(const std::string& text, const char* array_task, TrainConfiguration& config,
                 OptionTable& table);

/// Collective. Trains the runs of a sweep one after another, each as train_model() does, and writes
/// sweep.csv and sweep.html into its folder. A run that fails, as one that diverges, does not keep
/// the others from being trained. Started again, it resumes: runs that are complete have nothing to
/// do. Returns kStopped if a signal arrived, else kFailed if a run failed, else kDone.
ExitCode train_sweep(const mpi::Communicator& world, const Sweep& sweep, TrainConfiguration& config,
                     OptionTable& table, const StartWords& words);

}  // namespace amt
