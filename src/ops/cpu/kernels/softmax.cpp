// Exponentials and their sums: attention's softmax and the LM head's cross-entropy.
#include "bits.hpp"
#include "declarations.hpp"
#include "math.hpp"

namespace amt::AMT_ISA {
namespace {

constexpr std::int64_t kChunk = 1024;  // floats summed in fp32 before fp64 takes over

inline float largest_of(const float* x, std::int64_t count) {
  float largest = x[0];
#pragma omp simd reduction(max : largest)
  for (std::int64_t k = 0; k < count; ++k) largest = x[k] > largest ? x[k] : largest;
  return largest;
}

inline void clear(float* x, std::int64_t begin, std::int64_t end) {
  for (std::int64_t k = begin; k < end; ++k) x[k] = 0;
}

}  // namespace

float exp_row(float* scores, float* sum, float scale, std::int64_t count, std::int64_t end) {
  const float largest = scale * largest_of(scores, count);
  float total = 0;
#pragma omp simd reduction(+ : total)
  for (std::int64_t k = 0; k < count; ++k) {
    const float e = exp_fast(scale * scores[k] - largest);
    scores[k] = e;
    total += e;
  }
  clear(scores, count, end);
  *sum = total;
  return largest;
}

void attention_gradient(float* p, float* dp, float lse, float mean, float scale, std::int64_t count,
                        std::int64_t end) {
#pragma omp simd
  for (std::int64_t k = 0; k < count; ++k) {
    p[k] = exp_fast(scale * p[k] - lse);
    dp[k] = p[k] * (dp[k] - mean) * scale;
  }
  clear(p, count, end);
  clear(dp, count, end);
}

double log_sum_exp(const float* logits, std::int64_t count) {
  const float largest = largest_of(logits, count);
  double total = 0;
  for (std::int64_t begin = 0; begin < count; begin += kChunk) {
    const std::int64_t n = count - begin < kChunk ? count - begin : kChunk;
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (std::int64_t k = 0; k < n; ++k) sum += exp_fast(logits[begin + k] - largest);
    total += static_cast<double>(sum);
  }
  return static_cast<double>(largest) + __builtin_log(total);
}

void softmax_gradient(float* out, const float* logits, double log_sum, float scale,
                      std::int64_t count) {
  const float shift = static_cast<float>(log_sum);
#pragma omp simd
  for (std::int64_t k = 0; k < count; ++k) out[k] = scale * exp_fast(logits[k] - shift);
}

// A chunk is complete before it is copied: at half the width of what was read, the copy ends
// before the first logit that is still needed.
void softmax_gradient_bf16(Bf16* out, const float* logits, double log_sum, float scale,
                           std::int64_t count) {
  const float shift = static_cast<float>(log_sum);
  alignas(64) Bf16 chunk[kChunk];
  for (std::int64_t begin = 0; begin < count; begin += kChunk) {
    const std::int64_t n = count - begin < kChunk ? count - begin : kChunk;
#pragma omp simd
    for (std::int64_t k = 0; k < n; ++k) {
      chunk[k] = rounded(scale * exp_fast(logits[begin + k] - shift));
    }
    __builtin_memcpy(out + begin, chunk, static_cast<std::size_t>(n) * sizeof(Bf16));
  }
}

}  // namespace amt::AMT_ISA
