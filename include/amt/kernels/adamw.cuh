// AdamW on flat buffers of n elements, and the bf16 copy of the parameters, in grid-stride loops.
// The first `quads` groups of four elements are accessed 16 bytes at a time: n / 4 groups, or 0 if
// a buffer is not aligned for that.
#pragma once

#include "amt/kernels/common.cuh"
#include "amt/ops/adamw.hpp"

namespace amt::gpu {

__device__ inline void update(float& p, float& m, float& v, float g, const AdamWCoefficients& c) {
  g *= c.gradient_scale;
  m = c.beta1 * m + c.rest1 * g;
  v = c.beta2 * v + c.rest2 * g * g;
  const float m_hat = m * c.inverse_correction1, v_hat = v * c.inverse_correction2;
  p -= c.learning_rate * (m_hat / (sqrtf(v_hat) + c.epsilon) + c.weight_decay * p);
}

struct alignas(8) NarrowQuad {
  Bf16 x[4];
};

/// Also sets copy = p, rounded, unless copy is null; copy must be aligned to 8 bytes if quads > 0.
__global__ void adamw(float* p, float* m, float* v, const float* g, Bf16* copy, Dim quads, Dim n,
                      AdamWCoefficients c) {
  for (Dim i = first_element(); i < quads; i += grid_length()) {
    Quad parameter = reinterpret_cast<Quad*>(p)[i], first = reinterpret_cast<Quad*>(m)[i];
    Quad second = reinterpret_cast<Quad*>(v)[i];
    const Quad gradient = reinterpret_cast<const Quad*>(g)[i];
    for (int k = 0; k < 4; ++k) {
      update(parameter.x[k], first.x[k], second.x[k], gradient.x[k], c);
    }
    reinterpret_cast<Quad*>(p)[i] = parameter;
    reinterpret_cast<Quad*>(m)[i] = first;
    reinterpret_cast<Quad*>(v)[i] = second;
    if (copy == nullptr) continue;
    NarrowQuad narrow;
    for (int k = 0; k < 4; ++k) narrow.x[k] = __float2bfloat16_rn(parameter.x[k]);
    reinterpret_cast<NarrowQuad*>(copy)[i] = narrow;
  }
  for (Dim i = 4 * quads + first_element(); i < n; i += grid_length()) {
    update(p[i], m[i], v[i], g[i], c);
    if (copy != nullptr) copy[i] = __float2bfloat16_rn(p[i]);
  }
}

}  // namespace amt::gpu
