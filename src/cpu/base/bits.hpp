// Conversions between bf16 and fp32 by bit operations, which the compiler vectorises. Only for code
// that is compiled with AMT_ISA.
#pragma once

#include "amt/gemm/bf16.hpp"

namespace amt::cpu::AMT_ISA {
namespace {

inline float widened(Bf16 x) { return __builtin_bit_cast(float, std::uint32_t{x.bits} << 16); }

inline float as_float(float x) { return x; }
inline float as_float(Bf16 x) { return widened(x); }

/// Rounds to nearest, ties to even. A NaN stays a NaN, even if its payload is only in the lower
/// half.
inline Bf16 rounded(float x) {
  const std::uint32_t bits = __builtin_bit_cast(std::uint32_t, x);
  const std::uint32_t nearest = bits + 0x7fffu + ((bits >> 16) & 1u);
  const bool nan = (bits & 0x7fffffffu) > 0x7f800000u;
  return {static_cast<std::uint16_t>((nan ? bits | 0x400000u : nearest) >> 16)};
}

}  // namespace
}  // namespace amt::cpu::AMT_ISA
