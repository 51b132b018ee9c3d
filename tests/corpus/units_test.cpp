#include "amt/corpus/units.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <limits>
#include <numeric>
#include <set>

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

TEST(Units, ContainTheFilesWithTheirPrefix) {
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

TEST(Units, AreAssignedLargestFirstToTheLeastLoadedRank) {
  std::vector<Unit> units(6);
  const std::uint64_t bytes[] = {5, 9, 1, 7, 7, 2};
  for (std::size_t u = 0; u < units.size(); ++u) units[u].bytes = bytes[u];
  EXPECT_EQ(assign_units(units, 1, 2), (std::vector<int>{0, 0, 1, 1, 1, 0}));
  EXPECT_EQ(assign_units(units, 1, 1), std::vector<int>(6, 0));
}

// Two of the four units are for training. With 30 copies of each piece, they must be on different
// ranks.
TEST(Units, WorkCountsTheCopiesOfTrainingPieces) {
  std::vector<Unit> units(4);
  for (Unit& unit : units) unit.bytes = 10;
  units[1].split = Split::kValid;
  units[3].split = Split::kTest;
  const std::vector<int> owner = assign_units(units, 30, 2);
  EXPECT_NE(owner[0], owner[2]);
}

SplitRule by_fraction(double valid, double test) {
  SplitRule rule;
  rule.valid_fraction = valid;
  rule.test_fraction = test;
  return rule;
}

/// Returns files with MD5s from the whole range, and some on either side of the fractions' bounds.
Corpus many_files() {
  std::vector<std::pair<std::string, std::uint64_t>> files;
  for (int i = 0; i < 4096; ++i) {
    char prefix[8];
    std::snprintf(prefix, sizeof(prefix), "%03x", i);
    files.push_back({prefix, 1});
    files.push_back({std::string(prefix) + std::string(29, 'f'), 1});
  }
  return corpus_of(files);
}

TEST(Units, FractionsOfASixteenthEqualDigits) {
  const Corpus corpus = many_files();
  for (const int digits : {1, 2, 3}) {
    const auto a = make_units(corpus, digits, SplitRule());
    const auto b = make_units(corpus, digits, by_fraction(1.0 / 16, 1.0 / 16));
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t u = 0; u < a.size(); ++u) {
      EXPECT_EQ(a[u].split, b[u].split);
      EXPECT_EQ(a[u].name, b[u].name);
      EXPECT_EQ(a[u].last, b[u].last);
    }
  }
}

TEST(Units, AreDividedWhereAFractionEndsWithinAPrefix) {
  const Corpus corpus = many_files();
  for (const auto& [valid, test] : std::vector<std::pair<double, double>>{
           {0.1, 0.1}, {0.01, 0.01}, {0.3, 0.4}, {0, 0.2}, {0.2, 0}, {1e-9, 1e-9}}) {
    const SplitRule rule = by_fraction(valid, test);
    for (const int digits : {1, 2, 3}) {
      const auto units = make_units(corpus, digits, rule);
      EXPECT_LE(units.size(), (std::size_t{1} << (4 * digits)) + 2);
      std::size_t at = 0;
      std::set<std::string> names;
      std::array<std::size_t, 3> files = {};
      for (const Unit& unit : units) {
        EXPECT_EQ(unit.index, static_cast<std::size_t>(&unit - units.data()));
        EXPECT_EQ(unit.first, at) << "each file must be in one unit";
        at = unit.last;
        EXPECT_TRUE(names.insert(unit.name).second) << unit.name;
        for (std::size_t i = unit.first; i < unit.last; ++i) {
          EXPECT_EQ(rule.of(corpus.files[i].md5), unit.split);
          EXPECT_TRUE(corpus.files[i].md5.starts_with(unit.prefix));
        }
        files[static_cast<std::size_t>(unit.split)] += unit.last - unit.first;
      }
      EXPECT_EQ(at, corpus.files.size());
      const auto all = static_cast<double>(corpus.files.size());
      EXPECT_NEAR(static_cast<double>(files[1]), valid * all, 3);
      EXPECT_NEAR(static_cast<double>(files[2]), test * all, 3);
    }
  }
}

TEST(Units, InvalidFractionsAreRefused) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const auto& [valid, test] : std::vector<std::pair<double, double>>{
           {-0.1, 0.1}, {0.1, -0.1}, {1, 0}, {0.5, 0.5}, {nan, 0.1}, {0.1, nan}}) {
    EXPECT_THROW(by_fraction(valid, test).validate(), UsageError) << valid << ' ' << test;
  }
  EXPECT_NO_THROW(by_fraction(0.4, 0.5).validate());
}

TEST(Units, InvalidSplitRulesAreRefused) {
  EXPECT_THROW((SplitRule{"e", "ef"}.validate()), UsageError);
  EXPECT_THROW((SplitRule{"g", "f"}.validate()), UsageError);
  EXPECT_NO_THROW((SplitRule{"de", "f"}.validate()));
}

}  // namespace
}  // namespace amt
