// A short training run, on any Ops and Reducer, whose shapes every device can compute.
#pragma once

#include <vector>

#include "amt/collective/reducer.hpp"
#include "amt/model/config.hpp"
#include "amt/ops/ops.hpp"

namespace amt::test {

/// 128 wide, 2 heads of 64 as the real models have, 2 layers, rows of 64 tokens, with dropout.
ModelConfig small_device_model();

struct ShortRun {
  std::vector<double> losses;
  std::vector<float> parameters;
};

/// `steps` steps of 12 rows, in micro-batches of at most 3; `sharded` as trainer.shard_optimizer.
/// Collective.
ShortRun train_shortly(Ops& ops, const mpi::Communicator& ranks, Reducer& reducer,
                       const ModelConfig& config, int steps, bool sharded = false);
/// The same on one process alone.
ShortRun train_shortly(Ops& ops, const ModelConfig& config, int steps);

}  // namespace amt::test
