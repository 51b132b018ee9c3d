#include "amt/random/permutation.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace amt {
namespace {

std::vector<std::uint64_t> all(std::uint64_t n, std::uint64_t seed, std::uint64_t number) {
  const KeyedPermutation permutation(n, seed, number);
  std::vector<std::uint64_t> values(n);
  for (std::uint64_t i = 0; i < n; ++i) values[i] = permutation(i);
  return values;
}

TEST(KeyedPermutation, TakesEachValueOnce) {
  for (const std::uint64_t n : {1, 2, 3, 4, 5, 15, 16, 17, 63, 64, 65, 1000, 4097, 100003}) {
    std::vector<int> seen(n);
    for (const std::uint64_t value : all(n, 7, 1)) ++seen.at(value);
    EXPECT_EQ(seen, std::vector<int>(n, 1)) << n;
  }
}

TEST(KeyedPermutation, DependsOnSeedAndNumber) {
  const auto once = all(1000, 7, 1);
  EXPECT_EQ(all(1000, 7, 1), once);
  EXPECT_NE(all(1000, 7, 2), once);
  EXPECT_NE(all(1000, 8, 1), once);
}

// These values must never change, because runs that have begun must keep their order of rows.
TEST(KeyedPermutation, IsUnchanged) {
  EXPECT_EQ(all(10, 3, 1), (std::vector<std::uint64_t>{0, 9, 1, 7, 2, 4, 8, 6, 5, 3}));
}

TEST(KeyedPermutation, LargePermutationsStayInRange) {
  const std::uint64_t n = 60'000'000'000;
  const KeyedPermutation permutation(n, 1, 2);
  for (std::uint64_t i = 0; i < 1000; ++i) EXPECT_LT(permutation(n - 1 - i), n);
}

// Counts how often i is mapped to j, over many permutations: a chi-square statistic with (n - 1)^2
// degrees of freedom.
TEST(KeyedPermutation, EveryPositionIsEquallyLikely) {
  constexpr std::uint64_t kN = 50, kTimes = 4000;
  std::vector<double> counts(kN * kN);
  for (std::uint64_t number = 0; number < kTimes; ++number) {
    const KeyedPermutation permutation(kN, 11, number);
    for (std::uint64_t i = 0; i < kN; ++i) ++counts[i * kN + permutation(i)];
  }
  const double expected = double(kTimes) / kN;
  double chi = 0;
  for (const double count : counts) chi += (count - expected) * (count - expected) / expected;
  const double freedom = double((kN - 1) * (kN - 1));
  EXPECT_LT(std::abs(chi - freedom), 5 * std::sqrt(2 * freedom));
}

// Adjacent values remain adjacent no more often than by chance.
TEST(KeyedPermutation, SeparatesNeighbours) {
  const auto values = all(100000, 5, 3);
  int steps = 0;
  for (std::size_t i = 1; i < values.size(); ++i) {
    steps += values[i] == values[i - 1] + 1 || values[i] + 1 == values[i - 1];
  }
  EXPECT_LT(steps, 12);
}

}  // namespace
}  // namespace amt
