#include "amt/shuffle/row_store.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "amt/base/error.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"

namespace amt {
namespace {

KeyedRow make_row(std::uint32_t number) {
  KeyedRow row{{row_key(3, Split::kTrain, 0, number), 0, number}, {}};
  row.tokens.fill(static_cast<Token>(number));
  return row;
}

void put(RowStore& store, std::size_t slot, std::uint32_t number) {
  const KeyedRow row = make_row(number);
  store.add(slot, row.id, row.tokens);
}

/// Returns all rows of a slot in the order in which they are taken.
std::vector<Token> take(RowStore& store, std::size_t slot) {
  std::vector<Token> firsts;
  store.take(slot, [&](const Row& row) {
    EXPECT_EQ(row.front(), row.back());
    firsts.push_back(row.front());
  });
  return firsts;
}

std::vector<std::vector<Token>> run(std::uint64_t budget, std::uint64_t* spilled) {
  const test::TemporaryFolder folder;
  RowStore store(folder.path() / "spill", budget, 3);
  for (std::uint32_t i = 0; i < 5000; ++i) put(store, i % 7 % 3, i);
  std::vector<std::vector<Token>> slots;
  for (std::size_t s = 0; s < 3; ++s) {
    const std::uint64_t rows = store.rows(s);
    slots.push_back(take(store, s));
    EXPECT_EQ(slots.back().size(), rows);
    EXPECT_EQ(store.rows(s), 0u);
  }
  *spilled = store.spilled_bytes();
  return slots;
}

TEST(RowStore, LendingMemorySpillsRowsImmediately) {
  const test::TemporaryFolder folder;
  RowStore store(folder.path() / "spill", 1 << 30, 1);
  for (std::uint32_t i = 0; i < 1000; ++i) put(store, 0, i);
  store.lend((1 << 30) - 3000 * sizeof(Row));
  EXPECT_EQ(store.spilled_bytes(), 0u);
  store.lend((1 << 30) - 10 * sizeof(Row));
  EXPECT_EQ(store.spilled_bytes(), 1000 * sizeof(KeyedRow));
  store.lend(0);
  for (std::uint32_t i = 1000; i < 2000; ++i) put(store, 0, i);
  EXPECT_EQ(store.spilled_bytes(), 1000 * sizeof(KeyedRow));
  EXPECT_EQ(take(store, 0).size(), 2000u);
}

TEST(RowStore, SpillsAsSoonAsTheBudgetIsExceeded) {
  constexpr std::uint64_t kRows = 100, kHeldBytes = sizeof(Row) + sizeof(RowId) + 8;
  const test::TemporaryFolder folder;
  RowStore store(folder.path() / "spill", kRows * kHeldBytes, 1);
  for (std::uint32_t i = 0; i < kRows; ++i) put(store, 0, i);
  EXPECT_EQ(store.spilled_bytes(), 0u);
  put(store, 0, kRows);
  EXPECT_EQ(store.spilled_bytes(), kRows * sizeof(KeyedRow));
}

TEST(RowStore, RowsAreReturnedOnceInOrderOfTheirIds) {
  std::uint64_t spilled = 0;
  const auto slots = run(1 << 30, &spilled);
  EXPECT_EQ(spilled, 0u);
  for (std::size_t s = 0; s < 3; ++s) {
    std::vector<RowId> ids;
    for (std::uint32_t i = 0; i < 5000; ++i) {
      if (i % 7 % 3 == s) ids.push_back(make_row(i).id);
    }
    std::ranges::sort(ids);
    ASSERT_EQ(slots[s].size(), ids.size());
    for (std::size_t i = 0; i < ids.size(); ++i) ASSERT_EQ(slots[s][i], ids[i].row);
  }
}

TEST(RowStore, AnyBudgetGivesTheSameRows) {
  std::uint64_t spilled = 0;
  const auto expected = run(1 << 30, &spilled);
  for (const std::uint64_t budget : {0u, 2064u, 100000u, 5000000u}) {
    EXPECT_EQ(run(budget, &spilled), expected) << budget;
    EXPECT_GT(spilled, 0u) << budget;
  }
}

TEST(RowStore, ATruncatedSpillFileIsReported) {
  const test::TemporaryFolder folder;
  RowStore store(folder.path() / "spill", 1 << 20, 1);
  for (std::uint32_t i = 0; i < 5000; ++i) put(store, 0, i);
  std::filesystem::path cut;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path() / "spill")) {
    cut = entry.path();
  }
  ASSERT_FALSE(cut.empty());
  std::filesystem::resize_file(cut, std::filesystem::file_size(cut) - 100);
  const std::string said = test::refusal<Error>([&] { take(store, 0); });
  EXPECT_NE(said.find(cut.string() + " was cut short"), std::string::npos) << said;
}

TEST(RowStore, SpillFilesAreRemoved) {
  const test::TemporaryFolder folder;
  {
    RowStore store(folder.path() / "spill", 10000, 1);
    for (std::uint32_t i = 0; i < 100; ++i) put(store, 0, i);
    EXPECT_TRUE(std::filesystem::exists(folder.path() / "spill"));
  }
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "spill"));
}

}  // namespace
}  // namespace amt
