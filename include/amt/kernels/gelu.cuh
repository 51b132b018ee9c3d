// GELU as a separate pass, for cards on which that is faster than GELU in the matrix product's
// epilogue. The kernels are grid-stride loops over packs of 8 activations.
#pragma once

#include "amt/kernels/common.cuh"

namespace amt::gpu {

/// The tanh form of GELU is x / (1 + e) with e = 2^(x (kGeluLinear + kGeluCube x^2)): because (1 +
/// tanh(z)) / 2 = 1 / (1 + exp(-2 z)), one exponential replaces the tanh.
constexpr float kGeluLinear = -2.302208198f;  // -2 sqrt(2 / pi) log2(e)
constexpr float kGeluCube = -0.1029432397f;   // kGeluLinear x 0.044715

__device__ inline float gelu(float x) {
  return x / (1 + exp2f(x * (kGeluLinear + kGeluCube * x * x)));
}

__device__ inline float gelu_derivative(float x) {
  constexpr float kLn2 = 0.6931471806f;
  const float s = 1 / (1 + exp2f(x * (kGeluLinear + kGeluCube * x * x)));
  return s - x * s * (1 - s) * kLn2 * (kGeluLinear + 3 * kGeluCube * x * x);
}

/// out = gelu(pre), for `packs` packs of 8 activations.
__global__ void gelu_forward(Bf16* out, const Bf16* pre, Dim packs) {
  for (Dim i = first_element(); i < packs; i += grid_length()) {
    float x[kPack];
    load(x, pre + i * kPack);
    for (float& value : x) value = gelu(value);
    store(out + i * kPack, x);
  }
}

/// dx *= gelu'(pre), in place.
__global__ void gelu_backward(Bf16* dx, const Bf16* pre, Dim packs) {
  for (Dim i = first_element(); i < packs; i += grid_length()) {
    float x[kPack], gradient[kPack];
    load(x, pre + i * kPack);
    load(gradient, dx + i * kPack);
    for (int c = 0; c < kPack; ++c) gradient[c] *= gelu_derivative(x[c]);
    store(dx + i * kPack, gradient);
  }
}

}  // namespace amt::gpu
