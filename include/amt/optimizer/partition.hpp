// Divides the parameters by update rule and, for trainer.shard_optimizer, among the ranks. Depends
// only on the layout, the optimiser and the number of ranks.
#pragma once

#include <cstdint>
#include <vector>

#include "amt/collective/slices.hpp"
#include "amt/model/parameter_layout.hpp"
#include "amt/optimizer/options.hpp"

namespace amt {

/// A part of the parameters: the matrices that Muon updates and the ranges that AdamW updates, both
/// in order. Offsets are relative to the beginning of all parameters.
struct Partition {
  std::vector<BlockMatrix> matrices;
  std::vector<Slice> ranges;
};

/// With AdamW, the whole `part` is one range. With Muon, `part` must not split a matrix of a block.
Partition partition(OptimizerName optimizer, const ParameterLayout& layout, Slice part);

/// Returns one slice per rank. For AdamW they have equal lengths. For Muon they do not split a
/// matrix of a block, and divide the work as evenly as that allows, counting Muon's products and
/// the memory accesses of AdamW.
Slices optimizer_slices(OptimizerName optimizer, const ParameterLayout& layout, int ranks);

/// Returns the size of the scratch space for an update, in activations.
std::int64_t update_activations(const std::vector<BlockMatrix>& matrices);

}  // namespace amt
