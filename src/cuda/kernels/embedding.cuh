// Token and position embedding, and its gradient without atomics.
#pragma once

#include "common.cuh"

namespace amt::gpu {

/// out [n, width] = dropout(wte[tokens[i]] + wpe[i % seq_len]). A warp for each position.
__global__ void embedding_forward(Bf16* out, const std::uint16_t* tokens, const float* wte,
                                  const float* wpe, Dim n, Dim seq_len, Dim width,
                                  DropoutMask mask) {
  const Dim i = (Dim{blockIdx.x} * blockDim.x + threadIdx.x) / kLanes;
  if (i >= n) return;
  const float* token = wte + tokens[i] * width;
  const float* position = wpe + i % seq_len * width;
  for (Dim pack = threadIdx.x % kLanes; pack < width / kPack; pack += kLanes) {
    float a[kPack], b[kPack];
    load(a, token + pack * kPack);
    load(b, position + pack * kPack);
    for (int c = 0; c < kPack; ++c) a[c] += b[c];
    apply(mask, a, i, pack, width);
    store(out + i * width + pack * kPack, a);
  }
}

/// sum += dropout(dx) of one pack of position i
__device__ inline void add_masked(float* sum, const Bf16* dx, Dim i, Dim pack, Dim width,
                                  const DropoutMask& mask) {
  float d[kPack];
  load(d, dx + i * width + pack * kPack);
  apply(mask, d, i, pack, width);
  for (int c = 0; c < kPack; ++c) sum[c] += d[c];
}

/// dwpe [seq_len, width] +=. A block for each position in the row; its threads share the packs and
/// take the rows in order.
__global__ void position_gradient(float* dwpe, const Bf16* dx, Dim rows, Dim seq_len, Dim width,
                                  DropoutMask mask) {
  const Dim t = blockIdx.x;
  for (Dim pack = threadIdx.x; pack < width / kPack; pack += blockDim.x) {
    float* dw = dwpe + t * width + pack * kPack;
    float sum[kPack];
    load(sum, dw);
    for (Dim row = 0; row < rows; ++row) add_masked(sum, dx, row * seq_len + t, pack, width, mask);
    store(dw, sum);
  }
}

/// dwte [., width] +=. A block for each position in the order by_token [n]; the block at the first
/// position of a token takes all of that token, in order, the others nothing.
__global__ void token_gradient(float* dwte, const Bf16* dx, const std::uint16_t* tokens,
                               const std::int32_t* by_token, Dim n, Dim width, DropoutMask mask) {
  const Dim begin = blockIdx.x;
  const std::uint16_t token = tokens[by_token[begin]];
  if (begin > 0 && tokens[by_token[begin - 1]] == token) return;
  for (Dim pack = threadIdx.x; pack < width / kPack; pack += blockDim.x) {
    float* dw = dwte + token * width + pack * kPack;
    float sum[kPack];
    load(sum, dw);
    for (Dim at = begin; at < n && tokens[by_token[at]] == token; ++at) {
      add_masked(sum, dx, by_token[at], pack, width, mask);
    }
    store(dw, sum);
  }
}

}  // namespace amt::gpu
