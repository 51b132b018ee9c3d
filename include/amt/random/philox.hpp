// Philox4x32-10: a counter-based generator (Salmon et al., "Parallel random numbers: as easy as 1,
// 2, 3", SC 2011). The output is a pure function of (counter, key): the same on every rank, in any
// order, on the CPU and on the GPU.
#pragma once

#include <array>
#include <cstdint>

namespace amt {

struct PhiloxKey {
  std::uint32_t lo = 0, hi = 0;
};
using PhiloxCounter = std::array<std::uint32_t, 4>;
using PhiloxBlock = std::array<std::uint32_t, 4>;

constexpr std::uint32_t low_word(std::uint64_t bits) { return static_cast<std::uint32_t>(bits); }
constexpr std::uint32_t high_word(std::uint64_t bits) { return low_word(bits >> 32); }

constexpr PhiloxKey philox_key(std::uint64_t seed) { return {low_word(seed), high_word(seed)}; }

/// Returns the four independent uniform 32-bit words for one (counter, key).
constexpr PhiloxBlock philox4x32_10(PhiloxCounter c, PhiloxKey k) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = std::uint64_t{0xD2511F53u} * c[0];
    const std::uint64_t p1 = std::uint64_t{0xCD9E8D57u} * c[2];
    c = {high_word(p1) ^ c[1] ^ k.lo, low_word(p1), high_word(p0) ^ c[3] ^ k.hi, low_word(p0)};
    k.lo += 0x9E3779B9u;  // golden ratio
    k.hi += 0xBB67AE85u;  // sqrt(3) - 1
  }
  return c;
}

}  // namespace amt
