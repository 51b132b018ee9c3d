// Which parameters an optimiser updates how, and which of them a rank has with
// trainer.shard_optimizer. All of it follows from layout, optimiser and ranks alone.
#pragma once

#include <cstdint>
#include <vector>

#include "amt/collective/slices.hpp"
#include "amt/model/parameter_layout.hpp"
#include "amt/optimizer/options.hpp"

namespace amt {

/// What lies in a part of the parameters: matrices for Muon, and ranges for AdamW, both in order.
/// Offsets count from the beginning of all parameters.
struct Partition {
  std::vector<BlockMatrix> matrices;
  std::vector<Slice> ranges;
};

/// With AdamW, all of `part` is one range; with Muon, no matrix of a block may be cut by it.
Partition partition(OptimizerName optimizer, const ParameterLayout& layout, Slice part);

/// Of equal length for AdamW. For Muon they cut no matrix of a block, and are as equal as that
/// allows in work: what Muon multiplies, and for all else the time that AdamW waits for memory.
Slices optimizer_slices(OptimizerName optimizer, const ParameterLayout& layout, int ranks);

/// Activations that an update needs room for.
std::int64_t update_activations(const std::vector<BlockMatrix>& matrices);

}  // namespace amt
