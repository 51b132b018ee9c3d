// A short training run with any Ops and Reducer, in shapes that every device supports.
#pragma once

#include <vector>

#include "amt/collective/reducer.hpp"
#include "amt/model/config.hpp"
#include "amt/ops/ops.hpp"

namespace amt::test {

/// Returns a model of width 128 with 2 heads (of size 64, as in the real models), 2 layers, rows of
/// 64 tokens and dropout.
ModelConfig small_device_model();

struct ShortRun {
  std::vector<double> losses;
  std::vector<float> parameters;
};

/// Trains `steps` steps of 12 rows, in micro-batches of at most 3; `sharded` sets
/// trainer.shard_optimizer. Collective.
ShortRun train_shortly(Ops& ops, const mpi::Communicator& ranks, Reducer& reducer,
                       const ModelConfig& config, int steps, bool sharded = false);
/// Trains in the same way, in a single process.
ShortRun train_shortly(Ops& ops, const ModelConfig& config, int steps);

}  // namespace amt::test
