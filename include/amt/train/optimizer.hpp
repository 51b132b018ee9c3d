// AdamW with clipping of the global gradient norm: spec/training.md, "Optimiser and schedule".
#pragma once

#include <cstdint>
#include <span>

#include "amt/ops/buffer.hpp"
#include "amt/ops/ops.hpp"
#include "amt/train/options.hpp"

namespace amt {

/// Owns both moments, on the device of `ops`, which must outlive it. All calls are local: ranks
/// stay equal because they apply equal gradients.
class Optimizer {
 public:
  /// Moments of `count` parameters, all 0.
  Optimizer(Ops& ops, const OptimizerOptions& options, std::int64_t count);

  /// Root of the sum of squares of `gradients`. Not finite if any of them is not.
  double gradient_norm(const float* gradients);

  /// One update. `norm` is the gradients' norm, for clipping; `update` counts from 1.
  void update(float* parameters, const float* gradients, double norm, double learning_rate,
              std::int64_t update);

  float* first_moment() { return first_.as<float>(); }    ///< device memory
  float* second_moment() { return second_.as<float>(); }  ///< device memory

 private:
  Ops& ops_;
  OptimizerOptions options_;
  std::int64_t count_;
  Buffer first_;
  Buffer second_;
};

}  // namespace amt
