#include "amt/dataset/rows.hpp"

#include <gtest/gtest.h>

namespace amt {
namespace {

TEST(MicroBatches, CoverTheGlobalBatchOnceInOrder) {
  for (const int ranks : {1, 2, 3, 4, 6}) {
    for (const int micro : {1, 2}) {
      int next = 0;
      for (int rank = 0; rank < ranks; ++rank) {
        for (const MicroBatch& piece : plan_micro_batches(24, ranks, rank, micro)) {
          EXPECT_EQ(piece.first_row, next);
          EXPECT_EQ(piece.rows, micro);
          next += piece.rows;
        }
      }
      EXPECT_EQ(next, 24) << ranks << " ranks, micro-batch " << micro;
    }
  }
}

}  // namespace
}  // namespace amt
