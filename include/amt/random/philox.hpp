// Philox4x32-10: a counter-based generator (Salmon et al., "Parallel random numbers: as easy as
// 1, 2, 3", SC 2011). The output is a pure function of (counter, key): the same on every rank, in
// any order, on the CPU and on the GPU.
#pragma once

#include <array>
#include <cstdint>

namespace amt {

struct PhiloxKey {
  std::uint32_t lo = 0, hi = 0;
};
using PhiloxCounter = std::array<std::uint32_t, 4>;
using PhiloxBlock = std::array<std::uint32_t, 4>;

constexpr PhiloxKey philox_key(std::uint64_t seed) {
  return {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)};
}

/// Four independent uniform 32-bit words for one (counter, key).
constexpr PhiloxBlock philox4x32_10(PhiloxCounter c, PhiloxKey k) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = std::uint64_t{0xD2511F53u} * c[0];
    const std::uint64_t p1 = std::uint64_t{0xCD9E8D57u} * c[2];
    c = {static_cast<std::uint32_t>(p1 >> 32) ^ c[1] ^ k.lo, static_cast<std::uint32_t>(p1),
         static_cast<std::uint32_t>(p0 >> 32) ^ c[3] ^ k.hi, static_cast<std::uint32_t>(p0)};
    k.lo += 0x9E3779B9u;  // golden ratio
    k.hi += 0xBB67AE85u;  // sqrt(3) - 1
  }
  return c;
}

}  // namespace amt
