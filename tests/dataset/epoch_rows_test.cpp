#include "amt/dataset/epoch_rows.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "amt/dataset/prefetcher.hpp"

namespace amt {
namespace {

/// Rows in memory; row r is {r, r}.
class Numbered : public RowSource {
 public:
  explicit Numbered(std::uint64_t rows) : rows_(rows) {}
  int row_length() const override { return 2; }
  std::uint64_t rows() const override { return rows_; }
  void read(std::uint64_t first, std::uint64_t count, std::span<Token> out) const override {
    for (std::uint64_t i = 0; i < 2 * count; ++i) {
      out[i] = static_cast<Token>((first + i / 2) % rows_);
    }
  }

 private:
  std::uint64_t rows_;
};

std::vector<Token> read(const RowSource& rows, std::uint64_t first, std::uint64_t count) {
  std::vector<Token> tokens(2 * count), numbers;
  rows.read(first, count, tokens);
  for (std::uint64_t i = 0; i < count; ++i) {
    EXPECT_EQ(tokens[2 * i], tokens[2 * i + 1]);
    numbers.push_back(tokens[2 * i]);
  }
  return numbers;
}

class EpochRowsTest : public testing::Test {
 protected:
  Numbered numbered_{10};
  EpochRows rows_{numbered_, 3};
};

TEST_F(EpochRowsTest, TheFirstEpochKeepsTheOrderOfTheDataset) {
  EXPECT_EQ(read(rows_, 0, 10), read(numbered_, 0, 10));
}

TEST_F(EpochRowsTest, EachLaterEpochHasAllRowsInItsOwnOrder) {
  const auto second = read(rows_, 10, 10), third = read(rows_, 20, 10);
  for (auto rows : {second, third}) {
    EXPECT_NE(rows, read(numbered_, 0, 10));
    std::ranges::sort(rows);
    EXPECT_EQ(rows, read(numbered_, 0, 10));
  }
  EXPECT_NE(second, third);
  EXPECT_NE(read(EpochRows(numbered_, 4), 10, 10), second);
}

// The rows must be the same whatever the batch size, and wherever training is resumed.
TEST_F(EpochRowsTest, RowsDoNotDependOnTheRangeThatIsRead) {
  const auto all = read(rows_, 0, 35);
  for (std::uint64_t first = 0; first < 35; ++first) {
    for (std::uint64_t count = 0; first + count <= 35; ++count) {
      EXPECT_EQ(read(rows_, first, count),
                std::vector<Token>(all.begin() + std::int64_t(first),
                                   all.begin() + std::int64_t(first + count)));
    }
  }
}

TEST_F(EpochRowsTest, PrefetchedRowsAreTheSame) {
  Prefetcher prefetcher(rows_, 7);
  for (std::uint64_t first = 0; first < 35; first += 7) {
    const auto tokens = prefetcher.next({first, 7}, {first + 7, 7});
    const auto expected = read(rows_, first, 7);
    for (std::size_t i = 0; i < 7; ++i) EXPECT_EQ(tokens[2 * i], expected[i]);
  }
}

}  // namespace
}  // namespace amt
