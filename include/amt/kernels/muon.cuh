// The steps of Muon other than matrix products, as grid-stride loops.
#pragma once

#include "amt/kernels/sum_all.cuh"

namespace amt::gpu {

/// A matrix within a larger one.
struct Strided {
  Dim rows, columns, stride;
  __device__ Dim count() const { return rows * columns; }
  __device__ Dim at(Dim i) const { return i / columns * stride + i % columns; }
};

/// The decay of the momentum: applied once to m, it gives the new momentum; applied again, the
/// direction.
struct MuonDecay {
  float scale, beta, rest;
  __device__ float operator()(float m, float g) const { return beta * m + rest * (scale * g); }
};

/// m = the new momentum; partial [gridDim.x]: sums of squares of the direction.
__global__ void __launch_bounds__(kSumWarps* kLanes)
    muon_momentum(double* partial, float* m, const float* g, Strided matrix, MuonDecay decay) {
  double sum = 0;
  for (Dim i = first_element(); i < matrix.count(); i += grid_length()) {
    const Dim at = matrix.at(i);
    m[at] = decay(m[at], g[at]);
    const auto direction = static_cast<double>(decay(m[at], g[at]));
    sum += direction * direction;
  }
  sum = block_sum<kSumWarps>(sum);
  if (threadIdx.x == 0) partial[blockIdx.x] = sum;
}

/// x [rows, columns] = the direction, scaled to a norm of 1; *squares is its sum of squares before
/// that.
__global__ void muon_direction(Bf16* x, const float* m, const float* g, const double* squares,
                               Strided matrix, MuonDecay decay, float least_norm) {
  const auto norm = static_cast<float>(sqrt(*squares));
  const float inverse = 1.0f / (norm > least_norm ? norm : least_norm);
  for (Dim i = first_element(); i < matrix.count(); i += grid_length()) {
    const Dim at = matrix.at(i);
    x[i] = __float2bfloat16_rn(decay(m[at], g[at]) * inverse);
  }
}

/// out [side, side] = a on the diagonal + b gram + c out
__global__ void muon_polynomial(Bf16* out, const Bf16* gram, Dim side, float a, float b, float c) {
  for (Dim i = first_element(); i < side * side; i += grid_length()) {
    const float constant = i / side == i % side ? a : 0.0f;
    out[i] = __float2bfloat16_rn(constant + b * __bfloat162float(gram[i]) +
                                 c * __bfloat162float(out[i]));
  }
}

/// p = kept p - rate x, x [rows, columns]; copy = p, rounded, if it is not null.
__global__ void muon_step(float* p, Bf16* copy, const Bf16* x, Strided matrix, float kept,
                          float rate) {
  for (Dim i = first_element(); i < matrix.count(); i += grid_length()) {
    const Dim at = matrix.at(i);
    p[at] = kept * p[at] - rate * __bfloat162float(x[i]);
    if (copy != nullptr) copy[at] = __float2bfloat16_rn(p[at]);
  }
}

}  // namespace amt::gpu
