// What the CPU's operators use besides their arguments.
#pragma once

#include <omp.h>

#include <type_traits>

#include "amt/gemm/bf16.hpp"
#include "amt/ops/weights.hpp"

namespace amt::cpu {

/// T is the type of activations and of the weights that products read: float or Bf16. `ops` gives
/// the memory and must outlive it.
template <class T>
class Context {
 public:
  Context(Ops& ops, int threads) : ops_(ops), threads_(threads) {}

  int threads() const { return threads_; }

  /// oneDNN uses as many threads as OpenMP would. Not set back afterwards: a team that changes its
  /// size with every call spends five times the work's time on waiting where cores are shared.
  void use_threads() const { omp_set_num_threads(threads_); }

  /// At least `floats`; what it held before is gone.
  float* scratch(Dim floats) {
    if (scratch_.bytes() < floats * sizeof(float)) {
      scratch_ = Buffer();  // first, so that both are never there at once
      scratch_ = Buffer::floats(ops_, floats);
    }
    return scratch_.as<float>();
  }

  /// Weights as products read them. Error if they are not in what was last refreshed.
  const T* weights(const float* weights) const {
    const WeightRanges::Range& range = weights_.of(weights);
    if constexpr (std::is_same_v<T, float>) {
      return weights;
    } else {
      return range.copy.template as<T>() + (weights - range.begin);
    }
  }
  /// The bf16 copy of parameters[0, count), if there is one; else null.
  Bf16* copy_of(const float* parameters, Dim count) const {
    return weights_.copy_of<Bf16>(parameters, count);
  }
  /// See OpsMemory.
  void refresh_weights(const float* parameters, Dim count);
  void forget_weights(const float* parameters) noexcept { weights_.forget(parameters); }

 private:
  Ops& ops_;
  int threads_;
  Buffer scratch_;
  WeightRanges weights_;
};

template <>
void Context<float>::refresh_weights(const float* parameters, Dim count);
template <>
void Context<Bf16>::refresh_weights(const float* parameters, Dim count);

}  // namespace amt::cpu
