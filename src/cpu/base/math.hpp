// Functions that the compiler vectorises. Only for code that is compiled with AMT_ISA.
#pragma once

#include <cstdint>

namespace amt::cpu::AMT_ISA {
namespace {

/// Returns e^x, accurate to 2 ulp for x in [-87, 88]; outside that range, returns the value at its
/// nearer end.
inline float exp_fast(float x) {
  constexpr float kLog2e = 1.44269504f, kRound = 12582912.0f;  // 1.5 * 2^23: adding it rounds
  constexpr float kLn2High = 0.693359375f, kLn2Low = -2.12194440e-4f;
  x = x > 88.0f ? 88.0f : x;
  x = x < -87.0f ? -87.0f : x;
  const float shifted = x * kLog2e + kRound;
  const float n = shifted - kRound;
  const float r = (x - n * kLn2High) - n * kLn2Low;  // |r| <= ln(2) / 2
  // Cephes' minimax polynomial for (e^r - 1 - r) / r^2.
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  const float e = p * r * r + r + 1.0f;
  const std::uint32_t power = __builtin_bit_cast(std::uint32_t, shifted) << 23;
  return __builtin_bit_cast(float, __builtin_bit_cast(std::uint32_t, e) + power);
}

inline float sigmoid(float x) { return 1.0f / (1.0f + exp_fast(-x)); }

inline float largest_of(const float* x, std::int64_t count) {
  float largest = x[0];
#pragma omp simd reduction(max : largest)
  for (std::int64_t k = 0; k < count; ++k) largest = x[k] > largest ? x[k] : largest;
  return largest;
}

}  // namespace
}  // namespace amt::cpu::AMT_ISA
