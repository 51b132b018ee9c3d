// The kernels of one instruction set, AMT_ISA: a macro set by the build.
#pragma once

#include "kernels.hpp"

namespace amt::AMT_ISA {

void add_dropout(float* out, const float* x, const float* y, std::int64_t width,
                 const RowDropout& dropout);
void dropout(float* out, const float* x, std::int64_t width, const RowDropout& dropout);
void layernorm(float* out, float* mean, float* rstd, const float* x, const float* w, const float* b,
               std::int64_t width);
void layernorm_backward(float* dx, float* dw, float* db, const float* dout, const float* x,
                        float mean, float rstd, const float* w, std::int64_t width, bool add);
void gelu(float* out, const float* pre, std::int64_t width);
void gelu_backward(float* dx, const float* pre, std::int64_t width);
void column_sums(float* db, const float* dout, std::int64_t n, std::int64_t stride,
                 std::int64_t width);
void column_sums_bf16(float* db, const Bf16* dout, std::int64_t n, std::int64_t stride,
                      std::int64_t width);
float exp_row(float* scores, float* sum, float scale, std::int64_t count, std::int64_t end);
void attention_gradient(float* p, float* dp, float lse, float mean, float scale, std::int64_t count,
                        std::int64_t end);
double log_sum_exp(const float* logits, std::int64_t count);
void softmax_gradient(float* out, const float* logits, double log_sum, float scale,
                      std::int64_t count);
void softmax_gradient_bf16(Bf16* out, const float* logits, double log_sum, float scale,
                           std::int64_t count);
void to_bf16(Bf16* out, const float* x, std::int64_t n);
void to_float(float* out, const Bf16* x, std::int64_t n);
void add(float* to, const float* x, std::int64_t n);
void scale(float* x, float factor, std::int64_t n);
float dot(const float* a, const float* b, std::int64_t n);
double sum_of_squares(const float* x, std::int64_t n);
void adamw(float* p, float* m, float* v, const float* g, std::int64_t n,
           const AdamWCoefficients& c);

}  // namespace amt::AMT_ISA
