// Memory needed for taking a slot. A separate program, because it counts allocations.
#include <gtest/gtest.h>

#include "amt/shuffle/row_store.hpp"
#include "midi/counted_memory.hpp"
#include "support/temporary_folder.hpp"

namespace amt {
namespace {

// 24 bytes per row for sorting, and a piece of 1,024 rows at a time.
TEST(RowStoreMemory, ASlotLargerThanTheBudgetIsTakenRowByRow) {
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
  EXPECT_LT(test::memory_peak(), before + 2 * kPiece + kSorted);  // all rows are 40 MiB
}

}  // namespace
}  // namespace amt
