// Conversion from fp32 to bf16, in a grid-stride loop over packs of elements.
#pragma once

#include "amt/kernels/common.cuh"

namespace amt::gpu {

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
