#include "amt/optimizer/partition.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "amt/ops/muon.hpp"
#include "support/tiny_model.hpp"

namespace amt {
namespace {

ModelConfig gpt2_small() {
  ModelConfig config;
  config.vocab_size = 55028;
  return config;
}

TEST(Partition, AdamWUpdatesEachRangeInOneCall) {
  const ParameterLayout layout(test::tiny_model());
  const Partition all = partition(OptimizerName::kAdamW, layout, {128, layout.total()});
  EXPECT_TRUE(all.matrices.empty());
  ASSERT_EQ(all.ranges.size(), 1u);
  EXPECT_EQ(all.ranges[0].begin, 128);
  EXPECT_EQ(all.ranges[0].end, layout.total());
}

/// Returns how often each float is updated.
std::vector<int> updates(const ParameterLayout& layout, int ranks) {
  std::vector<int> count(layout.total());
  const Slices slices = optimizer_slices(OptimizerName::kMuon, layout, ranks);
  for (int rank = 0; rank < ranks; ++rank) {
    const Partition mine = partition(OptimizerName::kMuon, layout, slices.of(rank));
    for (const Slice& range : mine.ranges) {
      for (std::int64_t i = range.begin; i < range.end; ++i) ++count[i];
    }
    for (const BlockMatrix& m : mine.matrices) {
      for (std::int64_t i = 0; i < m.rows * m.columns; ++i) {
        ++count[m.offset + i / m.columns * m.stride + i % m.columns];
      }
    }
  }
  return count;
}

TEST(Partition, MuonUpdatesEachParameterOnceOnAnyNumberOfRanks) {
  const ParameterLayout layout(test::tiny_model());
  const std::vector<int> once(layout.total(), 1);
  for (const int ranks : {1, 2, 3, 4, 7, 50}) EXPECT_EQ(updates(layout, ranks), once) << ranks;
}

TEST(Partition, MuonUpdatesTheMatricesOfTheBlocks) {
  const ParameterLayout layout(gpt2_small());
  const auto all = partition(OptimizerName::kMuon, layout, {0, layout.total()}).matrices;
  EXPECT_EQ(all.size(), 6u * 12);
  std::int64_t elements = 0;
  for (const BlockMatrix& m : all) elements += m.rows * m.columns;
  EXPECT_EQ(elements, 12 * 12 * 768 * 768);
  EXPECT_EQ(update_activations(all), muon_work(768, 3072));
}

TEST(Partition, MuonsSlicesAreBalancedByWork) {
  const ParameterLayout layout(gpt2_small());
  double all = 0;
  for (const BlockMatrix& m : block_matrices(layout)) all += muon_flops(m.rows, m.columns);
  for (const int ranks : {2, 4, 8}) {
    const Slices slices = optimizer_slices(OptimizerName::kMuon, layout, ranks);
    for (int rank = 0; rank < ranks; ++rank) {
      double work = 0;
      for (const BlockMatrix& m :
           partition(OptimizerName::kMuon, layout, slices.of(rank)).matrices) {
        work += muon_flops(m.rows, m.columns);
      }
      EXPECT_LT(work, 1.25 * all / ranks) << rank << " of " << ranks;
    }
  }
}

}  // namespace
}  // namespace amt
