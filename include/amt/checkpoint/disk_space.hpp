// Checks whether a run's disk has space for its checkpoints. All calls are local.
#pragma once

#include <cstdint>

#include "amt/checkpoint/options.hpp"
#include "amt/model/config.hpp"
#include "amt/run/paths.hpp"

namespace amt {

/// What determines how many checkpoints a run has at once, and their size.
struct CheckpointPlan {
  std::int64_t num_train_steps = 0;
  CheckpointerOptions checkpointer;
  bool average = false;          ///< the average of the weights is saved as well
  bool gradient_checks = false;  ///< the newest checkpoint that a check has confirmed is also kept
};

/// Returns the bytes of one checkpoint: parameters, two moments and, if there is one, the average
/// of the weights as floats, plus a little for names and sizes.
std::uint64_t checkpoint_bytes(const ModelConfig& model, bool average = false);

/// Returns the largest number of checkpoints that a run will have at once, not counting those that
/// exist after `step` steps: permanent ones, rolling ones, the best and the newest confirmed one
/// (`rolling` of these exist already), and the one being written.
std::int64_t checkpoints_to_come(const CheckpointPlan& plan, std::int64_t step,
                                 std::int64_t rolling);

/// Throws an Error naming the folder and the required space if its file system has too little for
/// those checkpoints; does nothing if the file system does not report its free space.
void check_disk_space(const RunPaths& paths, const ModelConfig& model, const CheckpointPlan& plan,
                      std::int64_t step);

}  // namespace amt
