// The resources of the CPU's operators.
#pragma once

#include <omp.h>

#include <map>
#include <type_traits>

#include "amt/gemm/bf16.hpp"
#include "amt/ops/weights.hpp"

namespace amt::cpu {

/// A matrix [depth, columns] in the layout of ../tiles.hpp.
struct TiledMatrix {
  Dim depth, columns;
  Buffer tiles;
  Buffer steps;  ///< int8: fp32, one per column; bf16: empty
};

/// T is the type of activations and of the weights that products read: float or Bf16. `ops`
/// provides the memory and must outlive this object. If `int8`, products of few rows read matrices
/// as 8-bit values, to which the weights must have been rounded.
template <class T>
class Context {
 public:
  Context(Ops& ops, int threads, bool int8 = false) : ops_(ops), threads_(threads), int8_(int8) {}

  int threads() const { return threads_; }
  bool int8() const { return int8_; }

  /// Sets OpenMP's number of threads, which oneDNN uses, to threads(). It is not restored
  /// afterwards: on shared cores, a team whose size changes with every call waits five times as
  /// long as it works.
  void use_threads() const { omp_set_num_threads(threads_); }

  /// Returns at least `floats` floats of scratch memory; the old contents are lost.
  float* scratch(Dim floats) {
    if (scratch_.bytes() < floats * sizeof(float)) {
      scratch_ = Buffer();  // freed first, so that both never exist at once
      scratch_ = Buffer::floats(ops_, floats);
    }
    return scratch_.as<float>();
  }

  /// Returns weights in the form that products read. Throws an Error if they were not refreshed.
  const T* weights(const float* weights) const {
    const WeightRanges::Range& range = weights_.of(weights);
    if constexpr (std::is_same_v<T, float>) {
      return weights;
    } else {
      return range.copy.template as<T>() + (weights - range.begin);
    }
  }
  /// Returns the bf16 copy of parameters[0, count) for an operator that changes them, or null if
  /// there is none. Discards all tiles, which are created again when they are needed.
  Bf16* copy_of(const float* parameters, Dim count) {
    tiled_.clear();
    return weights_.copy_of<Bf16>(parameters, count);
  }

  /// Returns the tiles of a weight matrix for products of few rows, valid until weights are
  /// refreshed, or null if products read the matrix itself. The first call for a matrix creates its
  /// tiles.
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
