// What surrounds the matrix product of a linear layer: bias, GELU, and their gradients.
#include "bits.hpp"
#include "declarations.hpp"
#include "math.hpp"

namespace amt::AMT_ISA {
namespace {

// gelu(x) = x/2 (1 + tanh(u)) = x sigmoid(2u), u = sqrt(2/pi) (x + 0.044715 x^3).
constexpr float kTwoFactor = 1.5957691216057308f, kCubic = 0.044715f;

inline float two_u(float x) { return kTwoFactor * (x + kCubic * x * x * x); }

}  // namespace

void gelu(float* out, const float* pre, std::int64_t width) {
#pragma omp simd
  for (std::int64_t c = 0; c < width; ++c) out[c] = pre[c] * sigmoid(two_u(pre[c]));
}

void gelu_backward(float* dx, const float* pre, std::int64_t width) {
#pragma omp simd
  for (std::int64_t c = 0; c < width; ++c) {
    const float x = pre[c];
    const float s = sigmoid(two_u(x));
    const float slope = kTwoFactor * (1.0f + 3.0f * kCubic * x * x);
    dx[c] *= s + x * s * (1.0f - s) * slope;
  }
}

void column_sums(float* db, const float* dout, std::int64_t n, std::int64_t stride,
                 std::int64_t width) {
  for (std::int64_t i = 0; i < n; ++i) {
    const float* row = dout + i * stride;
#pragma omp simd
    for (std::int64_t c = 0; c < width; ++c) db[c] += row[c];
  }
}

void column_sums_bf16(float* db, const Bf16* dout, std::int64_t n, std::int64_t stride,
                      std::int64_t width) {
  for (std::int64_t i = 0; i < n; ++i) {
    const Bf16* row = dout + i * stride;
#pragma omp simd
    for (std::int64_t c = 0; c < width; ++c) db[c] += widened(row[c]);
  }
}

}  // namespace amt::AMT_ISA
