// LM head and cross-entropy by blocks of positions: the logits of one block are made, turned into
// their gradient in place, used and forgotten.
#include <algorithm>
#include <cmath>

#include "cpu_calls.hpp"
#include "gemm.hpp"
#include "parallel.hpp"
#include "rows.hpp"

namespace amt::cpu {
namespace {

// Positions in a block: enough to read wte and add to its gradient seldom (each is 169 MB for 55028
// tokens and 768 channels), few enough that the logits (113 MB) do not matter beside the
// activations.
constexpr Dim kBlock = 512;

constexpr Dim kNone = -1;

/// Logits of a position begin a cache line.
Dim logits_stride(const LmHeadShape& s) { return (s.vocab + 15) / 16 * 16; }

/// The token that position i is to predict, or kNone.
Dim target(const std::uint16_t* tokens, const LmHeadShape& s, Dim i) {
  return i % s.seq_len == s.seq_len - 1 ? kNone : Dim{tokens[i + 1]};
}

template <class T>
void block_logits(float* logits, const T* x, const T* wte, const LmHeadShape& s, Dim begin,
                  Dim end) {
  gemm(logits, logits_stride(s), end - begin, s.vocab, s.width,
       matrix(x + begin * s.width, s.width), transposed(wte, s.width));
}

void softmax_gradient(float* out, const float* logits, double log_sum, float scale, Dim vocab) {
  kernels().softmax_gradient(out, logits, log_sum, scale, vocab);
}
void softmax_gradient(Bf16* out, const float* logits, double log_sum, float scale, Dim vocab) {
  kernels().softmax_gradient_bf16(out, logits, log_sum, scale, vocab);
}

/// One position: `gradient`, which begins where the logits do, becomes `scale` x the gradient of
/// its loss; returns the loss, -log p + log_z_regularization log(z)^2.
template <class T>
double position_gradient(T* gradient, const float* logits, Dim target, Dim vocab,
                         const LossTerms& terms) {
  if (target == kNone) {
    std::fill(gradient, gradient + vocab, T{});
    return 0;
  }
  const double log_z = kernels().log_sum_exp(logits, vocab);
  const double logit = static_cast<double>(logits[target]);
  const double regularization = static_cast<double>(terms.log_z_regularization);
  const double scale = static_cast<double>(terms.scale) * (1 + 2 * regularization * log_z);
  softmax_gradient(gradient, logits, log_z, static_cast<float>(scale), vocab);
  // Made anew, not changed: in bf16 the difference from 1 would be lost.
  const auto of_target =
      static_cast<float>(scale * std::exp(logit - log_z) - static_cast<double>(terms.scale));
  copy_row(gradient + target, &of_target, 1);
  return log_z - logit + regularization * log_z * log_z;
}

}  // namespace

Dim lm_head_scratch(const LmHeadShape& s) {
  return std::min(kBlock, s.rows * s.seq_len) * logits_stride(s);
}

template <class T>
void lm_head_train(int threads, float* logits, double* loss, T* dx, float* dwte, const T* x,
                   const T* wte, const std::uint16_t* tokens, const LmHeadShape& s,
                   const LossTerms& terms) {
  const Dim n = s.rows * s.seq_len, stride = logits_stride(s);
  // The gradients take the place of the logits: with the same distance between positions in bytes.
  T* gradients = reinterpret_cast<T*>(logits);
  const Dim gradient_stride = stride * static_cast<Dim>(sizeof(float) / sizeof(T));
  double losses[kBlock];
  for (Dim begin = 0; begin < n; begin += kBlock) {
    const Dim end = std::min(n, begin + kBlock), size = end - begin;
    block_logits(logits, x, wte, s, begin, end);
    parallel_for(threads, size, [&](Dim i) {
      losses[i] = position_gradient(gradients + i * gradient_stride, logits + i * stride,
                                    target(tokens, s, begin + i), s.vocab, terms);
    });
    for (Dim i = 0; i < size; ++i) *loss += static_cast<double>(terms.scale) * losses[i];
    gemm(dx + begin * s.width, s.width, size, s.width, s.vocab, matrix(gradients, gradient_stride),
         matrix(wte, s.width));
    gemm(dwte, s.width, s.vocab, s.width, size, transposed(gradients, gradient_stride),
         matrix(x + begin * s.width, s.width), Write::kAdd);
  }
}

template <class T>
void lm_head_losses(int threads, float* logits, float* losses, const T* x, const T* wte,
                    const std::uint16_t* tokens, const LmHeadShape& s) {
  const Dim n = s.rows * s.seq_len;
  for (Dim begin = 0; begin < n; begin += kBlock) {
    const Dim end = std::min(n, begin + kBlock);
    block_logits(logits, x, wte, s, begin, end);
    parallel_for(threads, end - begin, [&](Dim j) {
      const Dim i = begin + j, next = target(tokens, s, i);
      if (next == kNone) return;
      const float* row = logits + j * logits_stride(s);
      const double log_sum = kernels().log_sum_exp(row, s.vocab);
      losses[i - i / s.seq_len] = static_cast<float>(log_sum - static_cast<double>(row[next]));
    });
  }
}

template <class T>
void lm_head_logits(float* logits, const T* x, const T* wte, const LmHeadShape& s) {
  gemm(logits, s.vocab, s.rows * s.seq_len, s.vocab, s.width, matrix(x, s.width),
       transposed(wte, s.width));
}

template void lm_head_train(int, float*, double*, float*, float*, const float*, const float*,
                            const std::uint16_t*, const LmHeadShape&, const LossTerms&);
template void lm_head_train(int, float*, double*, Bf16*, float*, const Bf16*, const Bf16*,
                            const std::uint16_t*, const LmHeadShape&, const LossTerms&);
template void lm_head_losses(int, float*, float*, const float*, const float*, const std::uint16_t*,
                             const LmHeadShape&);
template void lm_head_losses(int, float*, float*, const Bf16*, const Bf16*, const std::uint16_t*,
                             const LmHeadShape&);
template void lm_head_logits(float*, const float*, const float*, const LmHeadShape&);
template void lm_head_logits(float*, const Bf16*, const Bf16*, const LmHeadShape&);

}  // namespace amt::cpu
