// Tests the memory needed to take a slot. This is a separate program because it replaces operator
// new.
#include <gtest/gtest.h>

#include "amt/shuffle/row_store.hpp"
#include "midi/counted_memory.hpp"
#include "support/temporary_folder.hpp"

namespace amt {
namespace {

// Sorting needs 24 bytes per row; rows are read in pieces of 1,024.
TEST(RowStoreMemory, ASlotLargerThanTheBudgetIsReadInPieces) {
  constexpr std::uint32_t kRows = 20'000;
  constexpr std::size_t kPiece = 1024 * sizeof(KeyedRow), kSorted = 2 * 24 * kRows;
  const test::TemporaryFolder folder;
  RowStore store(folder.path() / "spill", 1 << 20, 1);
  for (std::uint32_t i = 0; i < kRows; ++i) {
    store.add(0, {row_key(3, Split::kTrain, 0, i), 0, i}, Row{});
  }
  const std::size_t before = test::restart_memory_peak();
  std::uint32_t taken = 0;
  store.take(0, [&](const Row&) { ++taken; });
  EXPECT_EQ(taken, kRows);
  EXPECT_LT(test::memory_peak(), before + 2 * kPiece + kSorted);  // all rows together have 40 MiB
}

}  // namespace
}  // namespace amt
