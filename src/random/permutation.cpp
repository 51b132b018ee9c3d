#include "amt/random/permutation.hpp"

#include <utility>

#include "amt/random/philox.hpp"

namespace amt {
namespace {

/// The last word of the counters, which no other use of Philox with a seed as its key shares.
constexpr std::uint32_t kPurpose = 0x5045524Du;

/// Applies the finaliser of MurmurHash3: every bit of the result depends on every bit of x.
constexpr std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ x >> 33) * 0xFF51AFD7ED558CCDu;
  x = (x ^ x >> 33) * 0xC4CEB9FE1A85EC53u;
  return x ^ x >> 33;
}

}  // namespace

KeyedPermutation::KeyedPermutation(std::uint64_t n, std::uint64_t seed, std::uint64_t number)
    : n_(n) {
  while (half_bits_ < 32 && (std::uint64_t{1} << 2 * half_bits_) < n) ++half_bits_;
  for (std::uint32_t round = 0; round < kRounds; ++round) {
    const PhiloxBlock words =
        philox4x32_10({low_word(number), high_word(number), round, kPurpose}, philox_key(seed));
    keys_[round] = std::uint64_t{words[1]} << 32 | words[0];
  }
}

std::uint64_t KeyedPermutation::once(std::uint64_t i) const {
  const std::uint64_t mask = (std::uint64_t{1} << half_bits_) - 1;
  std::uint64_t left = i >> half_bits_, right = i & mask;
  for (const std::uint64_t key : keys_) {
    left ^= mixed(right ^ key) & mask;
    std::swap(left, right);
  }
  return left << half_bits_ | right;
}

std::uint64_t KeyedPermutation::operator()(std::uint64_t i) const {
  do i = once(i);
  while (i >= n_);
  return i;
}

}  // namespace amt
