// Loops over flat buffers.
#include "declarations.hpp"

namespace amt::AMT_ISA {

void add(float* to, const float* x, std::int64_t n) {
#pragma omp simd
  for (std::int64_t i = 0; i < n; ++i) to[i] += x[i];
}

void scale(float* x, float factor, std::int64_t n) {
#pragma omp simd
  for (std::int64_t i = 0; i < n; ++i) x[i] *= factor;
}

float dot(const float* a, const float* b, std::int64_t n) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t i = 0; i < n; ++i) sum += a[i] * b[i];
  return sum;
}

double sum_of_squares(const float* x, std::int64_t n) {
  double sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t i = 0; i < n; ++i) {
    sum += static_cast<double>(x[i]) * static_cast<double>(x[i]);
  }
  return sum;
}

void adamw(float* p, float* m, float* v, const float* g, std::int64_t n,
           const AdamWCoefficients& c) {
#pragma omp simd
  for (std::int64_t i = 0; i < n; ++i) {
    const float gradient = g[i] * c.gradient_scale;
    m[i] = c.beta1 * m[i] + c.rest1 * gradient;
    v[i] = c.beta2 * v[i] + c.rest2 * gradient * gradient;
    const float m_hat = m[i] * c.inverse_correction1;
    const float v_hat = v[i] * c.inverse_correction2;
    const float update = m_hat / (__builtin_sqrtf(v_hat) + c.epsilon) + c.weight_decay * p[i];
    p[i] -= c.learning_rate * update;
  }
}

}  // namespace amt::AMT_ISA
