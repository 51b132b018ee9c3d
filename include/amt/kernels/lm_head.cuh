// Cross-entropy over blocks of positions, with the gradient in place of the logits.
#pragma once

#include "amt/kernels/common.cuh"
#include "amt/ops/lm_head.hpp"

namespace amt::gpu {

constexpr int kHeadWarps = 16;  // in a block: one position

constexpr float kNoLogit = -INFINITY;  // of what is not in the vocabulary: exp of it is 0

/// 8 logits from number 8 pack on; those from `vocab` on are kNoLogit.
__device__ inline void load_logits(float* out, const Bf16* logits, Dim pack, Dim vocab) {
  load(out, logits + pack * kPack);
  for (int c = 0; c < kPack; ++c) {
    if (pack * kPack + c >= vocab) out[c] = kNoLogit;
  }
}

/// log of the sum of exp of logits [vocab]; every thread of the block gets it. The packs that the
/// vocabulary ends in are read whole. One pass: a sum is scaled down when a larger logit comes.
__device__ inline float log_sum_exp(const Bf16* logits, Dim vocab) {
  float largest = kNoLogit, sum = 0, x[kPack];
  for (Dim pack = threadIdx.x; pack * kPack < vocab; pack += kHeadWarps * kLanes) {
    load_logits(x, logits, pack, vocab);
    float top = largest;
    for (int c = 0; c < kPack; ++c) top = fmaxf(top, x[c]);
    sum *= expf(largest - top);
    for (int c = 0; c < kPack; ++c) sum += expf(x[c] - top);
    largest = top;
  }
  const float top = block_max<kHeadWarps>(largest);
  return top + logf(block_sum<kHeadWarps>(sum * expf(largest - top)));
}

/// losses[k] = -log p + log_z_regularization log(z)^2 of position first + k, k = blockIdx.x, 0 for
/// a row's last position; its logits [padded_vocab] become terms.scale x their gradient, 0 in the
/// padding.
__global__ void __launch_bounds__(kHeadWarps* kLanes)
    loss_and_gradient(float* losses, Bf16* logits, const std::uint16_t* tokens, Dim first,
                      LmHeadShape s, LossTerms terms) {
  const Dim i = first + blockIdx.x;
  Bf16* row = logits + Dim{blockIdx.x} * s.padded_vocab;
  const bool last = i % s.seq_len == s.seq_len - 1;  // predicts nothing
  const Dim target = last ? s.padded_vocab : Dim{tokens[i + 1]};
  const float log_z = last ? 0 : log_sum_exp(row, s.vocab);
  if (threadIdx.x == 0) {
    const float regularization = terms.log_z_regularization * log_z * log_z;
    losses[blockIdx.x] = last ? 0 : log_z - __bfloat162float(row[target]) + regularization;
  }
  __syncthreads();  // the target's logit has been read
  const float scale = terms.scale * (1 + 2 * terms.log_z_regularization * log_z);
  for (Dim pack = threadIdx.x; pack < s.padded_vocab / kPack; pack += kHeadWarps * kLanes) {
    float x[kPack];
    load_logits(x, row, pack, last ? 0 : s.vocab);
    for (int c = 0; c < kPack; ++c) {
      x[c] = scale * expf(x[c] - log_z) - (pack * kPack + c == target ? terms.scale : 0.0f);
    }
    store(row + pack * kPack, x);
  }
}

/// losses [rows, seq_len - 1] = -log p of the position first + blockIdx.x, if it predicts anything.
__global__ void __launch_bounds__(kHeadWarps* kLanes)
    position_losses(float* losses, const Bf16* logits, const std::uint16_t* tokens, Dim first,
                    LmHeadShape s) {
  const Dim i = first + blockIdx.x;
  if (i % s.seq_len == s.seq_len - 1) return;
  const Bf16* row = logits + Dim{blockIdx.x} * s.padded_vocab;
  const float log_z = log_sum_exp(row, s.vocab);
  if (threadIdx.x == 0) losses[i - i / s.seq_len] = log_z - __bfloat162float(row[tokens[i + 1]]);
}

}  // namespace amt::gpu
