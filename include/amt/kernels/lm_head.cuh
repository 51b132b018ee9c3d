// Cross-entropy of blocks of positions; the gradient overwrites the logits.
#pragma once

#include <cstdint>

#include "amt/kernels/common.cuh"
#include "amt/ops/lm_head.hpp"

namespace amt::gpu {

constexpr int kHeadWarps = kLanes;  // per block, which processes one position
constexpr int kHeadThreads = kHeadWarps * kLanes;
/// Packs of logits that a thread keeps in registers: 7 x 8 x 1024 = 57,344 logits per block, more
/// than amt's largest vocabulary. The rest of a larger vocabulary is read again in each pass.
constexpr int kHeldPacks = 7;

constexpr float kLog2E = 1.44269504f;
/// The logit of padding: its exp is 0. It is finite so that differences are finite, too.
constexpr float kNoLogit = -1e30f;

/// Returns e^(x - shift), given shifted = shift x log2(e).
__device__ inline float exp_from(float x, float shifted) { return exp2f(x * kLog2E - shifted); }

/// The logits of a block's position, which are read from memory only once if they fit in registers.
class PositionLogits {
 public:
  /// Logits from `vocab` on count as kNoLogit; the vocabulary's last pack is read completely.
  __device__ PositionLogits(const Bf16* row, int vocab) : row_(row), vocab_(vocab) {
    for (int k = 0; k < kHeldPacks; ++k) {
      const int pack = number(k);
      if (pack * kPack < vocab) held_[k] = at(pack);
    }
  }

  /// Calls f(pack, logits [kPack]) for this thread's packs among the first `packs`.
  template <class F>
  __device__ void for_packs(int packs, const F& f) const {
    for (int k = 0; k < kHeldPacks; ++k) {
      if (number(k) < packs) visit(number(k), held_[k], f);
    }
    for (int pack = number(kHeldPacks); pack < packs; pack += kHeadThreads) {
      visit(pack, at(pack), f);
    }
  }

  /// Returns the log of the sum of exp in every thread of the block, all of which must call it
  /// once.
  __device__ float log_sum_exp() const {
    const int packs = (vocab_ + kPack - 1) / kPack;
    float largest = kNoLogit, sum = 0;
    for_packs(packs, [&](int, const float* x) {
      for (int c = 0; c < kPack; ++c) largest = fmaxf(largest, x[c]);
    });
    const float shifted = largest * kLog2E;
    for_packs(packs, [&](int, const float* x) {
      for (int c = 0; c < kPack; ++c) sum += exp_from(x[c], shifted);
    });
    return of_block(largest, sum);
  }

 private:
  __device__ static int number(int k) { return static_cast<int>(threadIdx.x) + k * kHeadThreads; }
  __device__ HeldPack at(int pack) const { return held(row_ + Dim{pack} * kPack); }

  template <class F>
  __device__ void visit(int pack, const HeldPack& logits, const F& f) const {
    float x[kPack];
    unpack(x, logits);
    if ((pack + 1) * kPack > vocab_) {
      for (int c = 0; c < kPack; ++c) {
        if (pack * kPack + c >= vocab_) x[c] = kNoLogit;
      }
    }
    f(pack, x);
  }

  /// Returns the block's result from each thread's largest logit and its sum of e^(logit -
  /// largest).
  __device__ static float of_block(float largest, float sum) {
    static_assert(kHeadWarps == kLanes, "a lane for each warp's result");
    __shared__ float tops[kHeadWarps], sums[kHeadWarps];
    const Dim lane = threadIdx.x % kLanes, warp = threadIdx.x / kLanes;
    const float top = warp_max(largest);
    const float of_warp = warp_sum(sum * exp_from(largest, top * kLog2E));
    if (lane == 0) {
      tops[warp] = top;
      sums[warp] = of_warp;
    }
    __syncthreads();
    const float of_all = warp_max(tops[lane]);
    return of_all + logf(warp_sum(sums[lane] * exp_from(tops[lane], of_all * kLog2E)));
  }

  const Bf16* row_;
  int vocab_;
  HeldPack held_[kHeldPacks];
};

/// losses[k] = -log p + log_z_regularization log(z)^2 of position first + k, where k = blockIdx.x;
/// 0 for the last position of a row. The position's logits [padded_vocab] become terms.scale x
/// their gradient, 0 in the padding.
__global__ void __launch_bounds__(kHeadThreads)
    loss_and_gradient(float* losses, Bf16* logits, const std::uint16_t* tokens, Dim first,
                      LmHeadShape s, LossConfig terms) {
  const Dim i = first + blockIdx.x;
  Bf16* row = logits + Dim{blockIdx.x} * s.padded_vocab;
  const bool last = i % s.seq_len == s.seq_len - 1;  // predicts nothing
  const int target = last ? -1 : tokens[i + 1];
  // Read before the barrier within log_sum_exp(), after which the gradient overwrites it.
  const float chosen = last ? 0 : __bfloat162float(row[target]);
  const PositionLogits position(row, last ? 0 : static_cast<int>(s.vocab));
  const float log_z = last ? 0 : position.log_sum_exp();
  if (threadIdx.x == 0) {
    losses[blockIdx.x] = last ? 0 : log_z - chosen + terms.log_z_regularization * log_z * log_z;
  }
  const float scale = terms.scale * (1 + 2 * terms.log_z_regularization * log_z);
  const float shifted = log_z * kLog2E;
  position.for_packs(static_cast<int>(s.padded_vocab) / kPack, [&](int pack, float* x) {
    for (int c = 0; c < kPack; ++c) x[c] = scale * exp_from(x[c], shifted);
    if (pack == target / kPack) {
      for (int c = 0; c < kPack; ++c) {
        if (pack * kPack + c == target) x[c] -= terms.scale;
      }
    }
    store(row + Dim{pack} * kPack, x);
  });
}

/// losses [rows, seq_len - 1] = -log p of position first + blockIdx.x, unless it is the last of its
/// row, which predicts nothing.
__global__ void __launch_bounds__(kHeadThreads)
    position_losses(float* losses, const Bf16* logits, const std::uint16_t* tokens, Dim first,
                    LmHeadShape s) {
  const Dim i = first + blockIdx.x;
  if (i % s.seq_len == s.seq_len - 1) return;
  const Bf16* row = logits + Dim{blockIdx.x} * s.padded_vocab;
  const float log_z = PositionLogits(row, static_cast<int>(s.vocab)).log_sum_exp();
  if (threadIdx.x == 0) losses[i - i / s.seq_len] = log_z - __bfloat162float(row[tokens[i + 1]]);
}

}  // namespace amt::gpu
