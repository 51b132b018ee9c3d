// Loops over flat buffers of n elements: the optimiser, conversions. Every thread takes elements
// that are a grid's length apart: four at once (16 bytes) as far as `quads` reaches, which is n / 4
// or, where a buffer is not aligned for that, 0.
#pragma once

#include "amt/ops/adamw_coefficients.hpp"
#include "common.cuh"

namespace amt::gpu {

__device__ inline Dim first_element() { return Dim{blockIdx.x} * blockDim.x + threadIdx.x; }
__device__ inline Dim grid_length() { return Dim{gridDim.x} * blockDim.x; }

__device__ inline void update(float& p, float& m, float& v, float g, const AdamWCoefficients& c) {
  g *= c.gradient_scale;
  m = c.beta1 * m + c.rest1 * g;
  v = c.beta2 * v + c.rest2 * g * g;
  const float m_hat = m * c.inverse_correction1, v_hat = v * c.inverse_correction2;
  p -= c.learning_rate * (m_hat / (sqrtf(v_hat) + c.epsilon) + c.weight_decay * p);
}

/// As Ops::adamw.
__global__ void adamw(float* p, float* m, float* v, const float* g, Dim quads, Dim n,
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
  }
  for (Dim i = 4 * quads + first_element(); i < n; i += grid_length()) {
    update(p[i], m[i], v[i], g[i], c);
  }
}

__global__ void add(float* to, const float* x, Dim quads, Dim n) {
  for (Dim i = first_element(); i < quads; i += grid_length()) {
    Quad sum = reinterpret_cast<Quad*>(to)[i];
    const Quad more = reinterpret_cast<const Quad*>(x)[i];
    for (int k = 0; k < 4; ++k) sum.x[k] += more.x[k];
    reinterpret_cast<Quad*>(to)[i] = sum;
  }
  for (Dim i = 4 * quads + first_element(); i < n; i += grid_length()) to[i] += x[i];
}

__global__ void scale(float* x, float factor, Dim quads, Dim n) {
  for (Dim i = first_element(); i < quads; i += grid_length()) {
    Quad product = reinterpret_cast<Quad*>(x)[i];
    for (int k = 0; k < 4; ++k) product.x[k] *= factor;
    reinterpret_cast<Quad*>(x)[i] = product;
  }
  for (Dim i = 4 * quads + first_element(); i < n; i += grid_length()) x[i] *= factor;
}

/// out = x, rounded; both aligned to 16 bytes.
__global__ void to_bf16(Bf16* out, const float* x, Dim n) {
  for (Dim i = first_element(); i < n / kPack; i += grid_length()) {
    float v[kPack];
    load(v, x + i * kPack);
    store(out + i * kPack, v);
  }
  const Dim rest = n / kPack * kPack + first_element();
  if (rest < n) out[rest] = __float2bfloat16_rn(x[rest]);
}

}  // namespace amt::gpu
