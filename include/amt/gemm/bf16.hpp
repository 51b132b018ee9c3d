// bfloat16 in memory, and the CPU's support for it.
#pragma once

#include <cstdint>

namespace amt {

/// A bfloat16: the upper half of an fp32.
struct Bf16 {
  std::uint16_t bits;
};

/// The CPU's instructions for bf16 products.
enum class Bf16Support : std::uint8_t {
  kNone,
  kVectors,  ///< AVX512-BF16: up to twice the rate of fp32
  kTiles,    ///< AMX: several times the rate of fp32
};

}  // namespace amt
