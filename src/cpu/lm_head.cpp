// LM head and cross-entropy by blocks of positions: the logits of one block are computed, replaced
// by their gradient, used and discarded.
#include "amt/ops/lm_head.hpp"

#include "amt/gemm/bf16.hpp"
#include "base/instruction_sets.hpp"

/// Returns the log of the sum of exp(logits[0, count)), in fp64 except for the exponentials.
AMT_KERNEL(double, log_sum_exp_row, (const float* logits, std::int64_t count));
/// out = scale * exp(logits - log_sum).
AMT_KERNEL(void, softmax_gradient_row,
           (float* out, const float* logits, double log_sum, float scale, std::int64_t count));
/// The same in bf16. out may begin at the address of logits: each element is written after it was
/// read.
AMT_KERNEL(void, softmax_gradient_row_bf16,
           (Bf16 * out, const float* logits, double log_sum, float scale, std::int64_t count));

#ifdef AMT_ISA

#include "base/bits.hpp"
#include "base/math.hpp"

namespace amt::cpu::AMT_ISA {
namespace {

constexpr std::int64_t kChunk = 1024;  // floats summed in fp32, whose sums are then added in fp64

}  // namespace

double log_sum_exp_row(const float* logits, std::int64_t count) {
  const float largest = largest_of(logits, count);
  double total = 0;
  for (std::int64_t begin = 0; begin < count; begin += kChunk) {
    const std::int64_t n = count - begin < kChunk ? count - begin : kChunk;
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (std::int64_t k = 0; k < n; ++k) sum += exp_fast(logits[begin + k] - largest);
    total += sum;
  }
  return largest + __builtin_log(total);
}

void softmax_gradient_row(float* out, const float* logits, double log_sum, float scale,
                          std::int64_t count) {
  const float shift = static_cast<float>(log_sum);
#pragma omp simd
  for (std::int64_t k = 0; k < count; ++k) out[k] = scale * exp_fast(logits[k] - shift);
}

// Each chunk is computed completely before it is copied to out. bf16 is half as wide, so the copy
// does not reach logits that are still needed.
void softmax_gradient_row_bf16(Bf16* out, const float* logits, double log_sum, float scale,
                               std::int64_t count) {
  const float shift = static_cast<float>(log_sum);
  alignas(64) Bf16 chunk[kChunk];
  for (std::int64_t begin = 0; begin < count; begin += kChunk) {
    const std::int64_t n = count - begin < kChunk ? count - begin : kChunk;
#pragma omp simd
    for (std::int64_t k = 0; k < n; ++k) {
      chunk[k] = rounded(scale * exp_fast(logits[begin + k] - shift));
    }
    __builtin_memcpy(out + begin, chunk, n * sizeof(Bf16));
  }
}

}  // namespace amt::cpu::AMT_ISA

#else

#include <algorithm>
#include <cmath>

#include "amt/gemm/gemm.hpp"
#include "base/context.hpp"
#include "base/parallel.hpp"
#include "few_rows.hpp"
#include "rows.hpp"

namespace amt::cpu {
namespace {

// Positions per block: enough that wte and its gradient (169 MB each for 55028 tokens and 768
// channels) are rarely read, but few enough that the logits (113 MB) take little memory compared
// with the activations.
constexpr Dim kBlock = 512;

constexpr Dim kNone = -1;

/// Returns the distance between positions; the logits of each begin at a cache line.
Dim logits_stride(Dim vocab) { return (vocab + 15) / 16 * 16; }

/// Returns the token that position i must predict, or kNone.
Dim target(const std::uint16_t* tokens, const LmHeadShape& s, Dim i) {
  return i % s.seq_len == s.seq_len - 1 ? kNone : Dim{tokens[i + 1]};
}

template <class T>
void block_logits(float* logits, const T* x, const T* wte, const LmHeadShape& s, Dim begin,
                  Dim end) {
  gemm(logits, logits_stride(s.vocab), end - begin, s.vocab, s.width,
       matrix(x + begin * s.width, s.width), transposed(wte, s.width));
}

void softmax_gradient(float* out, const float* logits, double log_sum, float scale, Dim vocab) {
  softmax_gradient_row(out, logits, log_sum, scale, vocab);
}
void softmax_gradient(Bf16* out, const float* logits, double log_sum, float scale, Dim vocab) {
  softmax_gradient_row_bf16(out, logits, log_sum, scale, vocab);
}

/// Computes one position: `gradient`, which begins at the address of the logits, becomes `scale` x
/// the gradient of its loss. Returns the loss, -log p + log_z_regularization log(z)^2.
template <class T>
double position_gradient(T* gradient, const float* logits, Dim target, Dim vocab,
                         const LossConfig& terms) {
  if (target == kNone) {
    std::fill(gradient, gradient + vocab, T{});
    return 0;
  }
  const double log_z = log_sum_exp_row(logits, vocab);
  const double logit = logits[target];
  const double regularization = terms.log_z_regularization;
  const double scale = terms.scale * (1 + 2 * regularization * log_z);
  softmax_gradient(gradient, logits, log_z, static_cast<float>(scale), vocab);
  // Recomputed rather than obtained by subtracting 1 from the stored value, because in bf16 the
  // difference would be lost.
  const auto of_target = static_cast<float>(scale * std::exp(logit - log_z) - terms.scale);
  copy_row(gradient + target, &of_target, 1);
  return log_z - logit + regularization * log_z * log_z;
}

}  // namespace

Dim lm_head_scratch(Dim positions, Dim vocab) {
  return std::min(kBlock, positions) * logits_stride(vocab);
}

template <class T>
void run(Context<T>& cpu, const LmHeadTrainOf<T, float>& op) {
  const LmHeadShape& s = op.shape;
  const Dim n = s.rows * s.seq_len, stride = logits_stride(s.vocab);
  const T* wte = cpu.weights(op.wte);
  cpu.use_threads();
  float* logits = cpu.scratch(lm_head_scratch(n, s.vocab));
  // The gradients overwrite the logits, and their positions are the same number of bytes apart.
  T* gradients = reinterpret_cast<T*>(logits);
  const Dim gradient_stride = stride * sizeof(float) / sizeof(T);
  double losses[kBlock];
  for (Dim begin = 0; begin < n; begin += kBlock) {
    const Dim end = std::min(n, begin + kBlock), size = end - begin;
    block_logits(logits, op.x, wte, s, begin, end);
    parallel_for(cpu.threads(), size, [&](Dim i) {
      losses[i] = position_gradient(gradients + i * gradient_stride, logits + i * stride,
                                    target(op.tokens, s, begin + i), s.vocab, op.terms);
    });
    for (Dim i = 0; i < size; ++i) *op.loss += op.terms.scale * losses[i];
    gemm(op.dx + begin * s.width, s.width, size, s.width, s.vocab,
         matrix(gradients, gradient_stride), matrix(wte, s.width));
    gemm(op.dwte, s.width, s.vocab, s.width, size, transposed(gradients, gradient_stride),
         matrix(op.x + begin * s.width, s.width), Write::kAdd);
  }
}

template <class T>
void run(Context<T>& cpu, const LmHeadLossesOf<T, float>& op) {
  const LmHeadShape& s = op.shape;
  const Dim n = s.rows * s.seq_len;
  const T* wte = cpu.weights(op.wte);
  cpu.use_threads();
  float* logits = cpu.scratch(lm_head_scratch(n, s.vocab));
  for (Dim begin = 0; begin < n; begin += kBlock) {
    const Dim end = std::min(n, begin + kBlock);
    block_logits(logits, op.x, wte, s, begin, end);
    parallel_for(cpu.threads(), end - begin, [&](Dim j) {
      const Dim i = begin + j, next = target(op.tokens, s, i);
      if (next == kNone) return;
      const float* row = logits + j * logits_stride(s.vocab);
      const double log_sum = log_sum_exp_row(row, s.vocab);
      op.losses[i - i / s.seq_len] = static_cast<float>(log_sum - row[next]);
    });
  }
}

template <class T>
void run(Context<T>& cpu, const LmHeadLogitsOf<T, float>& op) {
  const T* const x = op.x + op.first * op.width;
  const T* const wte = cpu.weights(op.wte);
  if (op.n <= kFewRows) {
    return few_rows_dots(cpu, op.logits, x, op.step, wte, op.n, op.vocab, op.width);
  }
  cpu.use_threads();
  gemm(op.logits, op.vocab, op.n, op.vocab, op.width, matrix(x, op.step * op.width),
       transposed(wte, op.width));
}

template void run(Context<float>&, const LmHeadTrainOf<float, float>&);
template void run(Context<Bf16>&, const LmHeadTrainOf<Bf16, float>&);
template void run(Context<float>&, const LmHeadLossesOf<float, float>&);
template void run(Context<Bf16>&, const LmHeadLossesOf<Bf16, float>&);
template void run(Context<float>&, const LmHeadLogitsOf<float, float>&);
template void run(Context<Bf16>&, const LmHeadLogitsOf<Bf16, float>&);

}  // namespace amt::cpu

#endif
