// LM head and cross-entropy by blocks of positions: the logits of one block are made, turned into
// their gradient in place, used and forgotten.
#include <vector>

#include "cpu_calls.hpp"
#include "gemm.hpp"
#include "parallel.hpp"

namespace amt::cpu {
namespace {

// Positions in a block: enough to read wte and add to its gradient seldom (each is 169 MB for 55028
// tokens and 768 channels), few enough that the logits (56 MB) do not matter beside the
// activations.
constexpr Dim kBlock = 256;

constexpr Dim kNone = -1;

/// The token that position i is to predict, or kNone.
Dim target(const std::uint16_t* tokens, const LmHeadShape& s, Dim i) {
  return i % s.seq_len == s.seq_len - 1 ? kNone : Dim{tokens[i + 1]};
}

void block_logits(float* logits, const float* x, const float* wte, const LmHeadShape& s, Dim begin,
                  Dim end) {
  gemm(logits, s.vocab, end - begin, s.vocab, s.width, {x + begin * s.width, s.width},
       transposed(wte, s.width));
}

/// One position: logits become scale x their gradient; returns -log p.
double position_gradient(float* logits, Dim target, Dim vocab, float scale) {
  const Kernels& k = kernels();
  if (target == kNone) {
    std::fill(logits, logits + vocab, 0.0f);
    return 0;
  }
  const double log_sum = k.log_sum_exp(logits, vocab);
  const double loss = log_sum - static_cast<double>(logits[target]);
  k.softmax_gradient(logits, log_sum, scale, vocab);
  logits[target] -= scale;
  return loss;
}

}  // namespace

Dim lm_head_scratch(const LmHeadShape& s) { return std::min(kBlock, s.rows * s.seq_len) * s.vocab; }

void lm_head_train(int threads, float* logits, double* loss, float* dx, float* dwte, const float* x,
                   const float* wte, const std::uint16_t* tokens, const LmHeadShape& s,
                   float scale) {
  const Dim n = s.rows * s.seq_len;
  double losses[kBlock];
  for (Dim begin = 0; begin < n; begin += kBlock) {
    const Dim end = std::min(n, begin + kBlock), size = end - begin;
    block_logits(logits, x, wte, s, begin, end);
    parallel_for(threads, size, [&](Dim i) {
      losses[i] =
          position_gradient(logits + i * s.vocab, target(tokens, s, begin + i), s.vocab, scale);
    });
    for (Dim i = 0; i < size; ++i) *loss += static_cast<double>(scale) * losses[i];
    gemm(dx + begin * s.width, s.width, size, s.width, s.vocab, {logits, s.vocab}, {wte, s.width});
    gemm(dwte, s.width, s.vocab, s.width, size, transposed(logits, s.vocab),
         {x + begin * s.width, s.width}, 1, 1);
  }
}

void lm_head_losses(int threads, float* logits, float* losses, const float* x, const float* wte,
                    const std::uint16_t* tokens, const LmHeadShape& s) {
  const Dim n = s.rows * s.seq_len;
  for (Dim begin = 0; begin < n; begin += kBlock) {
    const Dim end = std::min(n, begin + kBlock);
    block_logits(logits, x, wte, s, begin, end);
    parallel_for(threads, end - begin, [&](Dim j) {
      const Dim i = begin + j, next = target(tokens, s, i);
      if (next == kNone) return;
      const float* row = logits + j * s.vocab;
      const double log_sum = kernels().log_sum_exp(row, s.vocab);
      losses[i - i / s.seq_len] = static_cast<float>(log_sum - static_cast<double>(row[next]));
    });
  }
}

}  // namespace amt::cpu
