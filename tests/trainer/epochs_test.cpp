#include "amt/trainer/epochs.hpp"

#include <gtest/gtest.h>

#include "support/refusal.hpp"

namespace amt {
namespace {

TrainerOptions options(std::int64_t steps, int batch) {
  TrainerOptions trainer;
  trainer.num_train_steps = steps;
  trainer.train_batch_size = batch;
  return trainer;
}

TEST(Epochs, AreDescribedWithTheirNumber) {
  EXPECT_EQ(describe_epochs(options(100, 16), 1000), "1.6 epochs of 1,000 rows");
  EXPECT_DOUBLE_EQ(epochs(options(100, 16), 400), 4);
}

TEST(Epochs, MoreThanTenOrABatchLargerThanTheSplitGivesAWarning) {
  EXPECT_EQ(epochs_warning(options(100, 16), 160), "");
  EXPECT_TRUE(test::says(epochs_warning(options(101, 16), 160), {"10.1 epochs"}));
  EXPECT_TRUE(test::says(epochs_warning(options(1, 16), 15), {" 16 ", " 15 rows"}));
  EXPECT_EQ(epochs_warning(options(1, 16), 16), "");
}

}  // namespace
}  // namespace amt
