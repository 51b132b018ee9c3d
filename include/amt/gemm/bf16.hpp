// bfloat16 in memory, and whether the processor computes with it.
#pragma once

#include <cstdint>

namespace amt {

/// The upper half of an fp32.
struct Bf16 {
  std::uint16_t bits;
};

/// What the processor has for products of bf16.
enum class Bf16Support : std::uint8_t {
  kNone,
  kVectors,  ///< AVX512-BF16: up to twice the rate of fp32
  kTiles,    ///< AMX: several times the rate of fp32
};

}  // namespace amt
