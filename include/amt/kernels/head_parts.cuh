// Divides a head's channels among the lanes of a warp.
#pragma once

#include "amt/kernels/common.cuh"

namespace amt::gpu {

constexpr int kHeadParts = 8;  // channels per lane; heads have up to 256 channels

/// Loads the lane's channels of a head: lane, lane + 32, ...; 0 beyond head_dim.
__device__ inline void load_part(float* out, const Bf16* x, Dim head_dim) {
  for (int k = 0; k < kHeadParts; ++k) {
    const Dim c = threadIdx.x % kLanes + Dim{k} * kLanes;
    out[k] = c < head_dim ? __bfloat162float(x[c]) : 0.0f;
  }
}
__device__ inline void store_part(Bf16* x, const float* values, Dim head_dim) {
  for (int k = 0; k < kHeadParts; ++k) {
    const Dim c = threadIdx.x % kLanes + Dim{k} * kLanes;
    if (c < head_dim) x[c] = __float2bfloat16_rn(values[k]);
  }
}
/// Returns the dot product of a and b over the whole head, the same value in all lanes.
__device__ inline float dot_part(const float* a, const float* b) {
  float sum = 0;
  for (int k = 0; k < kHeadParts; ++k) sum += a[k] * b[k];
  return warp_sum(sum);
}

}  // namespace amt::gpu
