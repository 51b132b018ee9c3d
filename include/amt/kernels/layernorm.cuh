// Residual + dropout + layer norm in one pass over memory, and its gradient. One warp per position
// keeps the channels in registers: kPacks packs of 8 in each lane, enough for a width of up to 256
// kPacks.
#pragma once

#include "amt/kernels/common.cuh"
#include "amt/kernels/shapes.hpp"
#include "amt/ops/layernorm.hpp"

namespace amt::gpu {

constexpr int kNormWarps = 4;  // per block of these kernels

template <int kPacks>
__global__ void __launch_bounds__(kNormWarps* kLanes, 4)
    layernorm_forward(LayerNormForwardOf<Bf16, float> op, DropoutMask mask) {
  const Dim i = Dim{blockIdx.x} * kNormWarps + threadIdx.x / kLanes, width = op.width,
            at = i * width;
  if (i >= op.n) return;
  const Dim lane = threadIdx.x % kLanes, packs = width / kPack;
  float v[kPacks][kPack] = {};
  float sum = 0;
  for (int k = 0; k < kPacks; ++k) {
    const Dim pack = lane + k * kLanes;
    if (pack >= packs) break;
    load(v[k], op.x + at + pack * kPack);
    if (op.y != nullptr) {
      float change[kPack];
      load(change, op.y + at + pack * kPack);
      apply(mask, change, i, pack, width);
      for (int c = 0; c < kPack; ++c) v[k][c] += change[c];
      store(op.residual + at + pack * kPack, v[k]);
      // Normalises the rounded values, because the backward pass will read those.
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
    load(weight, op.weight + pack * kPack);
    load(bias, op.bias + pack * kPack);
    for (int c = 0; c < kPack; ++c) v[k][c] = (v[k][c] - mu) * r * weight[c] + bias[c];
    store(op.out + at + pack * kPack, v[k]);
  }
  if (lane == 0) {
    op.mean[i] = mu;
    op.rstd[i] = r;
  }
}

/// One pack of a position: normal = the normalised channels, d = dout, g = dout w.
struct NormPack {
  float normal[kPack], d[kPack], g[kPack];
  __device__ NormPack(const HeldPack& dout, const HeldPack& residual, const float* w, float mean,
                      float rstd) {
    float weight[kPack];
    unpack(normal, residual);
    unpack(d, dout);
    load(weight, w);
    for (int c = 0; c < kPack; ++c) {
      normal[c] = (normal[c] - mean) * rstd;
      g[c] = d[c] * weight[c];
    }
  }
};

/// Computes everything but the final sums of dweight and dbias: each block writes its own sums to
/// partial [blocks, 2, width] (dweight, then dbias). The positions are divided evenly among the
/// warps of all blocks. A warp loads all the data of a position at once and keeps it unconverted,
/// so that it waits for memory only once.
template <int kPacks>
__global__ void __launch_bounds__(kNormWarps* kLanes, cuda::norm_blocks(kPacks))
    layernorm_backward(LayerNormBackwardOf<Bf16, float> op, float* partial, DropoutMask mask) {
  const int lane = threadIdx.x % kLanes, warp = threadIdx.x / kLanes;
  const int width = static_cast<int>(op.width), packs = width / kPack;
  float dw[kPacks][kPack] = {}, db[kPacks][kPack] = {};
  for (Dim i = Dim{blockIdx.x} * kNormWarps + warp; i < op.n; i += Dim{gridDim.x} * kNormWarps) {
    const Dim at = i * width;
    const float mu = op.mean[i], r = op.rstd[i];
    HeldPack dout[kPacks] = {}, residual[kPacks] = {}, before[kPacks] = {};
    for (int k = 0; k < kPacks; ++k) {
      const int pack = lane + k * kLanes;
      if (pack >= packs) break;
      dout[k] = held(op.dout + at + pack * kPack);
      residual[k] = held(op.residual + at + pack * kPack);
      if (op.add) before[k] = held(op.dresidual + at + pack * kPack);
    }
    float sum_g = 0, sum_gx = 0;
    for (int k = 0; k < kPacks; ++k) {
      const int pack = lane + k * kLanes;
      if (pack >= packs) break;
      const NormPack p(dout[k], residual[k], op.weight + pack * kPack, mu, r);
      for (int c = 0; c < kPack; ++c) {
        sum_g += p.g[c];
        sum_gx += p.g[c] * p.normal[c];
        dw[k][c] += p.d[c] * p.normal[c];
        db[k][c] += p.d[c];
      }
    }
    const float mean_g = warp_sum(sum_g) / static_cast<float>(width);
    const float mean_gx = warp_sum(sum_gx) / static_cast<float>(width);
    for (int k = 0; k < kPacks; ++k) {
      const int pack = lane + k * kLanes;
      if (pack >= packs) break;
      const NormPack p(dout[k], residual[k], op.weight + pack * kPack, mu, r);
      float dx[kPack];
      unpack(dx, before[k]);
      for (int c = 0; c < kPack; ++c) dx[c] += r * (p.g[c] - mean_g - p.normal[c] * mean_gx);
      store(op.dresidual + at + pack * kPack, dx);
      if (op.dy == nullptr) continue;
      apply(mask, dx, i, pack, width);
      store(op.dy + at + pack * kPack, dx);
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
