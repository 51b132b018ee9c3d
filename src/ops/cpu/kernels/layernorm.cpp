// Layer norm of one row and its gradient.
#include "declarations.hpp"

namespace amt::AMT_ISA {

void layernorm(float* out, float* mean, float* rstd, const float* x, const float* w, const float* b,
               std::int64_t width) {
  float sum = 0, squares = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t c = 0; c < width; ++c) sum += x[c];
  const float mu = sum / static_cast<float>(width);
#pragma omp simd reduction(+ : squares)
  for (std::int64_t c = 0; c < width; ++c) squares += (x[c] - mu) * (x[c] - mu);
  const float r = 1.0f / __builtin_sqrtf(squares / static_cast<float>(width) + 1e-5f);
#pragma omp simd
  for (std::int64_t c = 0; c < width; ++c) out[c] = (x[c] - mu) * r * w[c] + b[c];
  *mean = mu;
  *rstd = r;
}

void layernorm_backward(float* dx, float* dw, float* db, const float* dout, const float* x,
                        float mean, float rstd, const float* w, std::int64_t width, bool add) {
  float sum_g = 0, sum_gx = 0;
#pragma omp simd reduction(+ : sum_g, sum_gx)
  for (std::int64_t c = 0; c < width; ++c) {
    const float normal = (x[c] - mean) * rstd;
    sum_g += dout[c] * w[c];
    sum_gx += dout[c] * w[c] * normal;
    dw[c] += dout[c] * normal;
    db[c] += dout[c];
  }
  const float mean_g = sum_g / static_cast<float>(width);
  const float mean_gx = sum_gx / static_cast<float>(width);
  if (!add) __builtin_memset(dx, 0, static_cast<std::size_t>(width) * sizeof(float));
#pragma omp simd
  for (std::int64_t c = 0; c < width; ++c) {
    const float normal = (x[c] - mean) * rstd;
    dx[c] += rstd * (dout[c] * w[c] - mean_g - normal * mean_gx);
  }
}

}  // namespace amt::AMT_ISA
