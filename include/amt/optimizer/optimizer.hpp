// AdamW or Muon with clipping of the global gradient norm: docs/spec/training.md, "Optimiser and
// schedule" and "Muon".
#pragma once

#include <cstdint>
#include <span>

#include "amt/ops/buffer.hpp"
#include "amt/ops/ops.hpp"
#include "amt/optimizer/partition.hpp"

namespace amt {

/// Updates one part of the parameters, which may be all of them, and owns both moments of that
/// part (the momentum of matrices that Muon updates is their first, their second stays 0), on the
/// device of `ops`, which must outlive it. All calls are local; ranks that have the same part stay
/// equal because they apply equal gradients. `parameters` and `gradients` are whole buffers, of
/// which nothing outside the part is touched.
class Optimizer {
 public:
  /// Moments that are all 0. `part` is of optimizer_slices(), or all of the layout.
  Optimizer(Ops& ops, const OptimizerOptions& options, const ParameterLayout& layout, Slice part);

  /// Sum of the squares of the part's gradients. Not finite if any of them is not.
  double gradient_squares(const float* gradients);

  /// One update. `norm` is that of all gradients, for clipping; `update` counts from 1.
  void update(float* parameters, const float* gradients, double norm, double learning_rate,
              std::int64_t update);

  Slice part() const { return part_; }
  float* first_moment() { return first_.as<float>(); }    ///< device memory, part().count() floats
  float* second_moment() { return second_.as<float>(); }  ///< the same

 private:
  Ops& ops_;
  OptimizerOptions options_;
  Slice part_;
  Partition pieces_;
  Buffer first_;
  Buffer second_;
  Buffer work_;  ///< of Muon
};

}  // namespace amt
