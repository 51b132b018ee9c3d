// Random permutations that are computed element by element, in constant memory.
#pragma once

#include <array>
#include <cstdint>

namespace amt {

/// A permutation of [0, n) that depends only on (n, seed, number): a Feistel network over the
/// smallest even number of bits that can represent n, applied again while the result is outside the
/// range (at most 4 times on average). It appears random but is not cryptographically secure.
class KeyedPermutation {
 public:
  KeyedPermutation(std::uint64_t n, std::uint64_t seed, std::uint64_t number);
  /// Returns the new position of i, which must be below n.
  std::uint64_t operator()(std::uint64_t i) const;

 private:
  static constexpr int kRounds = 6;
  std::uint64_t once(std::uint64_t i) const;

  std::uint64_t n_;
  int half_bits_ = 1;
  std::array<std::uint64_t, kRounds> keys_{};
};

}  // namespace amt
