// Whether a run's disk has room for its checkpoints. All calls local.
#pragma once

#include <cstdint>

#include "amt/checkpoint/options.hpp"
#include "amt/model/config.hpp"
#include "amt/run/paths.hpp"

namespace amt {

/// Bytes of one checkpoint: parameters and two moments as floats, and a little for names and sizes.
std::uint64_t checkpoint_bytes(const ModelConfig& model);

/// Checkpoints that a run still adds to what is there after `step` steps, at the moment when it has
/// most: permanent ones, two rolling ones and the best (of these three there may be `rolling`
/// already), and the one that is being written.
std::int64_t checkpoints_to_come(std::int64_t num_train_steps,
                                 const CheckpointerOptions& checkpointer, std::int64_t step,
                                 std::int64_t rolling);

/// Error naming the folder and what is missing unless its file system has room for those; nothing
/// where the file system does not tell.
void check_disk_space(const RunPaths& paths, const ModelConfig& model, std::int64_t num_train_steps,
                      const CheckpointerOptions& checkpointer, std::int64_t step);

}  // namespace amt
