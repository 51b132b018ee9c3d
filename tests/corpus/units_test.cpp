#include "amt/corpus/units.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "amt/base/error.hpp"

namespace amt {
namespace {

Corpus corpus_of(const std::vector<std::pair<std::string, std::uint64_t>>& files) {
  Corpus corpus;
  for (const auto& [prefix, bytes] : files) {
    corpus.files.push_back({prefix + std::string(32 - prefix.size(), '0'), prefix + ".mid", bytes});
  }
  return corpus;
}

TEST(Units, HoldTheFilesOfTheirPrefix) {
  const Corpus corpus = corpus_of({{"00", 1}, {"0f", 2}, {"3a", 4}, {"e1", 8}, {"ff", 16}});
  const auto one = make_units(corpus, 1, SplitRule());
  ASSERT_EQ(one.size(), 16u);
  EXPECT_EQ(one[0].bytes, 3u);
  EXPECT_EQ(one[0].last - one[0].first, 2u);
  EXPECT_EQ(one[14].split, Split::kValid);
  EXPECT_EQ(one[15].split, Split::kTest);
  EXPECT_EQ(one[13].split, Split::kTrain);
  const auto two = make_units(corpus, 2, SplitRule());
  ASSERT_EQ(two.size(), 256u);
  EXPECT_EQ(two[0x3a].prefix, "3a");
  EXPECT_EQ(two[0x3a].bytes, 4u);
  EXPECT_EQ(two[0xe1].split, Split::kValid);
  std::uint64_t sum = 0;
  for (const Unit& unit : two) sum += unit.bytes;
  EXPECT_EQ(sum, 31u);
}

TEST(Units, GoToTheLeastLoadedRankLargestFirst) {
  std::vector<Unit> units(6);
  const std::uint64_t bytes[] = {5, 9, 1, 7, 7, 2};
  for (std::size_t u = 0; u < units.size(); ++u) units[u].bytes = bytes[u];
  EXPECT_EQ(assign_units(units, 1, 2), (std::vector<int>{0, 0, 1, 1, 1, 0}));
  EXPECT_EQ(assign_units(units, 1, 1), std::vector<int>(6, 0));
}

// Two of the four units train: with 30 copies of each, they must not meet on one rank.
TEST(Units, WorkCountsTheCopiesOfTrainingPieces) {
  std::vector<Unit> units(4);
  for (Unit& unit : units) unit.bytes = 10;
  units[1].split = Split::kValid;
  units[3].split = Split::kTest;
  const std::vector<int> owner = assign_units(units, 30, 2);
  EXPECT_NE(owner[0], owner[2]);
}

TEST(Units, SplitRuleIsChecked) {
  EXPECT_THROW((SplitRule{"e", "ef"}.validate()), UsageError);
  EXPECT_THROW((SplitRule{"g", "f"}.validate()), UsageError);
  EXPECT_NO_THROW((SplitRule{"de", "f"}.validate()));
}

}  // namespace
}  // namespace amt
