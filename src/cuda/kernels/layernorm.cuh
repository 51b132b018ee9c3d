// Residual + dropout + layer norm in one pass over memory, and its gradient. A warp for each
// position, whose channels stay in registers: kPacks packs of 8 in each lane, so that a width of up
// to 256 kPacks fits.
#pragma once

#include "common.cuh"

namespace amt::gpu {

constexpr int kNormWarps = 4;  // in a block of these kernels

/// As Ops::layernorm_forward. y null: residual is not written.
template <int kPacks>
__global__ void __launch_bounds__(kNormWarps* kLanes, 4)
    layernorm_forward(Bf16* out, Bf16* residual, float* mean, float* rstd, const Bf16* x,
                      const Bf16* y, const float* w, const float* b, Dim n, Dim width,
                      DropoutMask mask) {
  const Dim i = Dim{blockIdx.x} * kNormWarps + threadIdx.x / kLanes, at = i * width;
  if (i >= n) return;
  const Dim lane = threadIdx.x % kLanes, packs = width / kPack;
  float v[kPacks][kPack] = {};
  float sum = 0;
  for (int k = 0; k < kPacks; ++k) {
    const Dim pack = lane + k * kLanes;
    if (pack >= packs) break;
    load(v[k], x + at + pack * kPack);
    if (y != nullptr) {
      float change[kPack];
      load(change, y + at + pack * kPack);
      apply(mask, change, i, pack, width);
      for (int c = 0; c < kPack; ++c) v[k][c] += change[c];
      store(residual + at + pack * kPack, v[k]);
      // What is normalised is what the backward pass will read.
      for (int c = 0; c < kPack; ++c) v[k][c] = __bfloat162float(__float2bfloat16_rn(v[k][c]));
    }
    for (int c = 0; c < kPack; ++c) sum += v[k][c];
  }
  const float mu = warp_sum(sum) / static_cast<float>(width);
  float squares = 0;
  for (int k = 0; k < kPacks; ++k) {
    if (lane + k * kLanes >= packs) break;
    for (int c = 0; c < kPack; ++c) squares += (v[k][c] - mu) * (v[k][c] - mu);
  }
  const float r = 1.0f / sqrtf(warp_sum(squares) / static_cast<float>(width) + 1e-5f);
  for (int k = 0; k < kPacks; ++k) {
    const Dim pack = lane + k * kLanes;
    if (pack >= packs) break;
    float weight[kPack], bias[kPack];
    load(weight, w + pack * kPack);
    load(bias, b + pack * kPack);
    for (int c = 0; c < kPack; ++c) v[k][c] = (v[k][c] - mu) * r * weight[c] + bias[c];
    store(out + at + pack * kPack, v[k]);
  }
  if (lane == 0) {
    mean[i] = mu;
    rstd[i] = r;
  }
}

/// One pack of a position: normal = the normalised channels, g = dout w.
struct NormPack {
  float normal[kPack], d[kPack], g[kPack];
  __device__ NormPack(const Bf16* dout, const Bf16* residual, const float* w, float mean,
                      float rstd) {
    float weight[kPack];
    load(normal, residual);
    load(d, dout);
    load(weight, w);
    for (int c = 0; c < kPack; ++c) {
      normal[c] = (normal[c] - mean) * rstd;
      g[c] = d[c] * weight[c];
    }
  }
};

/// As Ops::layernorm_backward, but for the sums of dw and db: each block leaves its own in
/// partial [blocks, 2, width] (dw, then db). The warps of all blocks share the positions evenly. A
/// position is read twice, the second time from the cache: its channels beside dw and db would not
/// fit into the registers.
template <int kPacks>
__global__ void __launch_bounds__(kNormWarps* kLanes)
    layernorm_backward(Bf16* dresidual, Bf16* dy, float* partial, const Bf16* dout,
                       const Bf16* residual, const float* mean, const float* rstd, const float* w,
                       Dim n, Dim width, bool add, DropoutMask mask) {
  const Dim lane = threadIdx.x % kLanes, warp = threadIdx.x / kLanes, packs = width / kPack;
  float dw[kPacks][kPack] = {}, db[kPacks][kPack] = {};
  for (Dim i = Dim{blockIdx.x} * kNormWarps + warp; i < n; i += Dim{gridDim.x} * kNormWarps) {
    const Dim at = i * width;
    const float mu = mean[i], r = rstd[i];
    float sum_g = 0, sum_gx = 0;
    for (int k = 0; k < kPacks; ++k) {
      const Dim pack = lane + k * kLanes;
      if (pack >= packs) break;
      const NormPack p(dout + at + pack * kPack, residual + at + pack * kPack, w + pack * kPack, mu,
                       r);
      for (int c = 0; c < kPack; ++c) {
        sum_g += p.g[c];
        sum_gx += p.g[c] * p.normal[c];
        dw[k][c] += p.d[c] * p.normal[c];
        db[k][c] += p.d[c];
      }
    }
    const float mean_g = warp_sum(sum_g) / static_cast<float>(width);
    const float mean_gx = warp_sum(sum_gx) / static_cast<float>(width);
    for (Dim pack = lane; pack < packs; pack += kLanes) {
      const NormPack p(dout + at + pack * kPack, residual + at + pack * kPack, w + pack * kPack, mu,
                       r);
      float dx[kPack] = {};
      if (add) load(dx, dresidual + at + pack * kPack);
      for (int c = 0; c < kPack; ++c) dx[c] += r * (p.g[c] - mean_g - p.normal[c] * mean_gx);
      store(dresidual + at + pack * kPack, dx);
      if (dy == nullptr) continue;
      apply(mask, dx, i, pack, width);
      store(dy + at + pack * kPack, dx);
    }
  }
  __shared__ float sums[kNormWarps][2][kLanes * kPack];
  for (int k = 0; k < kPacks; ++k) {
    for (int c = 0; c < kPack; ++c) {
      sums[warp][0][lane * kPack + c] = dw[k][c];
      sums[warp][1][lane * kPack + c] = db[k][c];
    }
    __syncthreads();
    for (Dim j = threadIdx.x; j < 2 * kLanes * kPack; j += kNormWarps * kLanes) {
      const Dim which = j / (kLanes * kPack), c = j % (kLanes * kPack);
      const Dim channel = Dim{k} * kLanes * kPack + c;
      if (channel >= width) continue;
      float sum = 0;
      for (int of = 0; of < kNormWarps; ++of) sum += sums[of][which][c];
      partial[(Dim{blockIdx.x} * 2 + which) * width + channel] = sum;
    }
    __syncthreads();
  }
}

}  // namespace amt::gpu
