// AdamW or Muon with clipping of the global gradient norm: docs/spec/training.md, "Optimiser and
// schedule" and "Muon".
#pragma once

#include <cstdint>
#include <span>

#include "amt/ops/buffer.hpp"
#include "amt/ops/ops.hpp"
#include "amt/optimizer/partition.hpp"

namespace amt {

/// Updates one part of the parameters, or all of them, and owns both moments of that part on the
/// device of `ops`, which must outlive it. (For a matrix that Muon updates, the first moment is its
/// momentum and the second stays 0.) All calls are local; ranks with the same part stay identical
/// because they apply identical gradients. `parameters` and `gradients` are the complete buffers;
/// nothing outside the part is read or written.
class Optimizer {
 public:
  /// Starts with moments of 0. `part` is one of optimizer_slices(), or all of the layout.
  Optimizer(Ops& ops, const OptimizerOptions& options, const ParameterLayout& layout, Slice part);

  /// Returns the sum of squares of the part's gradients. The sum is not finite if any gradient is
  /// not.
  double gradient_squares(const float* gradients);

  /// Applies one update. `norm` is the norm of all gradients, for clipping; `update` counts from 1.
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
  Buffer work_;  ///< Muon's scratch space
};

}  // namespace amt
