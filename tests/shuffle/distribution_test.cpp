// Tests that the global shuffle is a uniformly random permutation, by statistics over seeds for
// small sets and over positions for large ones. As a check, a shuffle within a buffer of limited
// size must fail each of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <numeric>
#include <random>
#include <vector>

#include "amt/shuffle/row_key.hpp"

namespace amt {
namespace {

using Order = std::vector<std::uint32_t>;  // number of the row at each position

/// Returns the shuffled order of `rows` rows, which are assigned to `units` units in turn.
Order shuffled(std::uint64_t seed, std::uint32_t rows, std::uint32_t units) {
  std::vector<RowId> ids;
  for (std::uint32_t i = 0; i < rows; ++i) {
    const std::uint32_t unit = i % units, row = i / units;
    ids.push_back({row_key(seed, Split::kTrain, unit, row), unit, row});
  }
  std::ranges::sort(ids);
  Order order;
  for (const RowId& id : ids) order.push_back(id.row * units + id.unit);
  return order;
}

/// Returns the order in which rows leave a buffer of `window` rows, from which each new row
/// displaces a random one.
Order locally_shuffled(std::uint64_t seed, std::uint32_t rows, std::size_t window) {
  std::mt19937_64 random(seed);
  Order buffer, order;
  for (std::uint32_t i = 0; i < rows || !buffer.empty();) {
    while (i < rows && buffer.size() < window) buffer.push_back(i++);
    std::swap(buffer[random() % buffer.size()], buffer.back());
    order.push_back(buffer.back());
    buffer.pop_back();
  }
  return order;
}

/// Returns the chi-square statistic of the frequencies of all permutations of 4 rows over 24,000
/// seeds. With 23 degrees of freedom, 99.9 % of uniform shuffles give less than 49.7.
template <class Shuffle>
double permutation_chi2(Shuffle shuffle) {
  constexpr int kSeeds = 24000, kPermutations = 24;
  std::map<Order, int> count;
  for (int seed = 0; seed < kSeeds; ++seed) ++count[shuffle(static_cast<std::uint64_t>(seed))];
  constexpr double kExpected = double{kSeeds} / kPermutations;
  double chi2 =
      kExpected *
      (kPermutations - static_cast<double>(count.size()));  // permutations that never occurred
  for (const auto& [order, n] : count) chi2 += std::pow(n - kExpected, 2) / kExpected;
  return chi2;
}
constexpr double kChi2Limit = 49.7;

/// Returns the difference between the mean displacement and that of a random permutation, (n^2 - 1)
/// / 3n, in standard deviations (Spearman's footrule: the sum has variance (n + 1)(2 n^2 + 7) /
/// 45).
double displacement_z(const Order& order) {
  const double n = static_cast<double>(order.size());
  double sum = 0;
  for (std::size_t i = 0; i < order.size(); ++i) sum += std::abs(double(order[i]) - double(i));
  return (sum - (n * n - 1) / 3) / std::sqrt((n + 1) * (2 * n * n + 7) / 45);
}

/// Returns the excess of neighbouring pairs that end within `near` positions of each other, in
/// standard deviations. About 2 near of the n - 1 pairs are expected, nearly Poisson-distributed.
double neighbour_z(const Order& order, double near) {
  std::vector<double> place(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) place[order[i]] = static_cast<double>(i);
  int close = 0;
  for (std::size_t i = 0; i + 1 < place.size(); ++i)
    close += std::abs(place[i + 1] - place[i]) <= near;
  const double n = static_cast<double>(order.size());
  const double expected = (n - 1) * (2 * near / n - near * (near + 1) / (n * (n - 1)));
  return (close - expected) / std::sqrt(expected);
}

constexpr std::uint32_t kRows = 50'000;
constexpr std::size_t kWindow = 10'000;  // a generous buffer: a fifth of the rows
constexpr double kZLimit = 4.5;

TEST(ShuffleDistribution, EveryPermutationOfAFewRowsIsEquallyFrequent) {
  for (const std::uint32_t units : {1u, 2u, 4u}) {
    EXPECT_LT(permutation_chi2([&](std::uint64_t s) { return shuffled(s, 4, units); }), kChi2Limit);
  }
  EXPECT_GT(permutation_chi2([](std::uint64_t s) { return locally_shuffled(s, 4, 3); }),
            kChi2Limit);
}

TEST(ShuffleDistribution, RowsMoveAsFarAsInARandomPermutation) {
  for (const std::uint64_t seed : {0u, 1u, 2u, 3u}) {
    EXPECT_LT(std::abs(displacement_z(shuffled(seed, kRows, 14))), kZLimit);
    EXPECT_GT(std::abs(displacement_z(locally_shuffled(seed, kRows, kWindow))), kZLimit);
  }
}

TEST(ShuffleDistribution, NeighboursAreSeparated) {
  for (const std::uint64_t seed : {0u, 1u, 2u, 3u}) {
    for (const double near : {1.0, 100.0}) {
      EXPECT_LT(std::abs(neighbour_z(shuffled(seed, kRows, 1), near)), kZLimit) << near;
    }
    EXPECT_GT(neighbour_z(locally_shuffled(seed, kRows, kWindow), 100), kZLimit);
  }
}

// Orders from different seeds are independent: the number of rows at the same position is
// Poisson(1).
TEST(ShuffleDistribution, SeedsGiveUnrelatedOrders) {
  const Order one = shuffled(0, kRows, 14), other = shuffled(1, kRows, 14);
  int same = 0;
  for (std::size_t i = 0; i < one.size(); ++i) same += one[i] == other[i];
  EXPECT_LT(same, 8);
}

}  // namespace
}  // namespace amt
