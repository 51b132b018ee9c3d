#include "amt/shuffle/row_key.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace amt {
namespace {

TEST(RowKey, DependsOnEveryArgument) {
  const std::uint64_t key = row_key(1, Split::kTrain, 2, 3);
  EXPECT_NE(key, row_key(2, Split::kTrain, 2, 3));
  EXPECT_NE(key, row_key(1, Split::kTest, 2, 3));
  EXPECT_NE(key, row_key(1, Split::kTrain, 3, 2));
  EXPECT_EQ(key, row_key(1, Split::kTrain, 2, 3));
}

// The order of rows in every existing dataset depends on these keys.
TEST(RowKey, IsUnchanged) {
  EXPECT_EQ(row_key(0, Split::kTrain, 0, 0), 0x6627e8d5e169c58du);
  EXPECT_EQ(row_key(0, Split::kTrain, 1, 0), 0xf8e4cca45cb200dbu);
  EXPECT_EQ(row_key(0, Split::kTrain, 0, 1), 0x6ad0c5ecea236249u);
  EXPECT_EQ(row_key(0, Split::kTest, 0, 0), 0x0661d677b6826759u);
  EXPECT_EQ(row_key(std::uint64_t{5} << 32 | 7, Split::kTrain, 13, 70000), 0xac64a17d07fe304du);
}

TEST(RowKey, ShardsAreRangesOfKeys) {
  const std::uint64_t top = ~std::uint64_t{0};
  for (const std::size_t shards : {1u, 2u, 3u, 7u, 64u}) {
    EXPECT_EQ(shard_of(0, shards), 0u);
    EXPECT_EQ(shard_of(top, shards), shards - 1);
  }
  EXPECT_EQ(shard_of(top / 2, 2), 0u);
  EXPECT_EQ(shard_of(top / 2 + 1, 2), 1u);
}

// Chi-square over 64 shards: 63 degrees of freedom, 0.1 % quantile 103.4.
TEST(RowKey, ShardsAreFilledEvenly) {
  constexpr int kRows = 64000, kShards = 64;
  constexpr double kMean = static_cast<double>(kRows) / kShards;
  std::vector<int> count(kShards, 0);
  for (int i = 0; i < kRows; ++i) {
    ++count[shard_of(row_key(0, Split::kTrain, static_cast<std::uint32_t>(i % 16),
                             static_cast<std::uint32_t>(i / 16)),
                     kShards)];
  }
  double chi2 = 0;
  for (const int n : count) chi2 += std::pow(n - kMean, 2) / kMean;
  EXPECT_LT(chi2, 103.4);
}

// Spearman's rank correlation between row number and position must be near 0; its standard
// deviation is 1/sqrt(n - 1).
TEST(RowKey, OrderIsUncorrelatedWithRowNumbers) {
  constexpr std::uint32_t kRows = 20000;
  std::vector<RowId> ids;
  for (std::uint32_t r = 0; r < kRows; ++r) ids.push_back({row_key(7, Split::kTrain, 0, r), 0, r});
  std::ranges::sort(ids);
  double sum = 0;
  for (std::uint32_t p = 0; p < kRows; ++p) sum += std::pow(double(p) - double(ids[p].row), 2);
  const double n = kRows, rho = 1 - 6 * sum / (n * (n * n - 1));
  EXPECT_LT(std::abs(rho), 4 / std::sqrt(n - 1));
}

}  // namespace
}  // namespace amt
