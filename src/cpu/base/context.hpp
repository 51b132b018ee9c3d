// What the CPU's operators use besides their arguments.
#pragma once

#include <omp.h>

#include <map>
#include <type_traits>

#include "amt/gemm/bf16.hpp"
#include "amt/ops/weights.hpp"

namespace amt::cpu {

/// A matrix [depth, columns] as ../tiles.hpp has it.
struct TiledMatrix {
  Dim depth, columns;
  Buffer tiles;
  Buffer steps;  ///< of int8: fp32, one for each column; empty for bf16
};

/// T is the type of activations and of the weights that products read: float or Bf16. `ops` gives
/// the memory and must outlive it. `int8`: products of few rows read their matrices in 8 bits, to
/// which they must have been rounded.
template <class T>
class Context {
 public:
  Context(Ops& ops, int threads, bool int8 = false) : ops_(ops), threads_(threads), int8_(int8) {}

  int threads() const { return threads_; }
  bool int8() const { return int8_; }

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
  /// For what changes parameters[0, count): their bf16 copy, if there is one; else null. Tiles are
  /// made anew when they are needed.
  Bf16* copy_of(const float* parameters, Dim count) {
    tiled_.clear();
    return weights_.copy_of<Bf16>(parameters, count);
  }

  /// A matrix among the weights as products of few rows read it, until weights are refreshed; null
  /// where they read it as it is. The first call for a matrix makes it.
  const TiledMatrix* tiled(const float* weight, Dim depth, Dim columns);

  /// See OpsMemory.
  void refresh_weights(const float* parameters, Dim count);
  void forget_weights(const float* parameters) noexcept {
    tiled_.clear();
    weights_.forget(parameters);
  }

 private:
  Ops& ops_;
  int threads_;
  bool int8_;
  Buffer scratch_;
  WeightRanges weights_;
  std::map<const float*, TiledMatrix> tiled_;
};

template <>
void Context<float>::refresh_weights(const float* parameters, Dim count);
template <>
void Context<Bf16>::refresh_weights(const float* parameters, Dim count);

}  // namespace amt::cpu
