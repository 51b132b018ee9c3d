// The inner loops of the CPU's Ops: single-threaded, on one row or one range. Every file of this
// folder but select.cpp is compiled once per instruction set into its own namespace, and the best
// set that the processor has is chosen at run time, so that one binary is portable and fast.
//
// These files must not call inline functions from elsewhere (std:: templates included): the linker
// keeps one copy of such a function, which may be the one compiled for a newer processor.
#pragma once

#include <cstdint>

#include "amt/ops/adamw_coefficients.hpp"

namespace amt {

/// A bfloat16 as it lies in memory: the upper half of an fp32.
struct Bf16 {
  std::uint16_t bits;
};

/// One position's dropout: amt/ops/dropout.hpp spelled out. threshold 0 keeps everything.
struct RowDropout {
  std::uint32_t counter[4];  ///< of the position's first block
  std::uint32_t key[2];
  std::uint32_t threshold;
  float scale;
};

struct Kernels {
  const char* name;  ///< "avx512"

  // Rows of `width` floats. out may be an input.
  /// out = x + dropout(y)
  void (*add_dropout)(float* out, const float* x, const float* y, std::int64_t width,
                      const RowDropout& dropout);
  /// out = dropout(x)
  void (*dropout)(float* out, const float* x, std::int64_t width, const RowDropout& dropout);
  void (*layernorm)(float* out, float* mean, float* rstd, const float* x, const float* w,
                    const float* b, std::int64_t width);
  /// dx = (add ? dx : 0) + gradient; dw +=, db +=
  void (*layernorm_backward)(float* dx, float* dw, float* db, const float* dout, const float* x,
                             float mean, float rstd, const float* w, std::int64_t width, bool add);
  /// out = gelu(pre)
  void (*gelu)(float* out, const float* pre, std::int64_t width);
  /// dx *= gelu'(pre)
  void (*gelu_backward)(float* dx, const float* pre, std::int64_t width);
  /// db[c] += sum over n rows of dout[i * stride + c], c < width
  void (*column_sums)(float* db, const float* dout, std::int64_t n, std::int64_t stride,
                      std::int64_t width);
  void (*column_sums_bf16)(float* db, const Bf16* dout, std::int64_t n, std::int64_t stride,
                           std::int64_t width);

  /// scores[0, count), times `scale`, become exp(score - largest), [count, end) 0; *sum is their
  /// sum, the largest is returned.
  float (*exp_row)(float* scores, float* sum, float scale, std::int64_t count, std::int64_t end);
  /// p[0, count): score -> exp(scale score - lse); dp -> p (dp - mean) scale; both 0 up to `end`.
  void (*attention_gradient)(float* p, float* dp, float lse, float mean, float scale,
                             std::int64_t count, std::int64_t end);
  /// log of the sum of exp(logits[0, count)), all in fp64 but the exponentials.
  double (*log_sum_exp)(const float* logits, std::int64_t count);
  /// out = scale * exp(logits - log_sum)
  void (*softmax_gradient)(float* out, const float* logits, double log_sum, float scale,
                           std::int64_t count);
  /// The same in bf16. out may be the memory where logits begins: it is written behind the reading.
  void (*softmax_gradient_bf16)(Bf16* out, const float* logits, double log_sum, float scale,
                                std::int64_t count);

  // Ranges of n elements. Rounding to bf16: to nearest, ties to even; NaN stays NaN.
  void (*to_bf16)(Bf16* out, const float* x, std::int64_t n);
  void (*to_float)(float* out, const Bf16* x, std::int64_t n);
  void (*add)(float* to, const float* x, std::int64_t n);
  void (*scale)(float* x, float factor, std::int64_t n);
  float (*dot)(const float* a, const float* b, std::int64_t n);
  double (*sum_of_squares)(const float* x, std::int64_t n);
  void (*adamw)(float* p, float* m, float* v, const float* g, std::int64_t n,
                const AdamWCoefficients& c);
};

/// The set for this processor: chosen once.
const Kernels& kernels();

}  // namespace amt
