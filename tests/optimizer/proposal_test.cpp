#include "amt/optimizer/proposal.hpp"

#include <gtest/gtest.h>

namespace amt {
namespace {

TEST(Proposal, StepsAreFivePassesOrAHundredWithinTenPasses) {
  EXPECT_EQ(proposed_steps(8000, 8), 5000);
  EXPECT_EQ(proposed_steps(161, 8), 101);  // rounded up
  EXPECT_EQ(proposed_steps(160, 8), 100);
  EXPECT_EQ(proposed_steps(80, 8), 100);  // 10 passes
  EXPECT_EQ(proposed_steps(40, 8), 50);
  EXPECT_EQ(proposed_steps(15, 4), 37);  // 38 would be more than 10 passes
  EXPECT_EQ(proposed_steps(1, 512), 1);
}

TEST(Proposal, TheRateDependsOnTheWidthAndIsATenthWithInit) {
  EXPECT_EQ(proposed_learning_rate(768, false), 6e-4);
  EXPECT_EQ(proposed_learning_rate(768, true), 6e-5);
  EXPECT_EQ(proposed_learning_rate(1024, true), 4.5e-5);
  EXPECT_EQ(proposed_learning_rate(1280, true), 3.6e-5);
  EXPECT_EQ(proposed_learning_rate(128, false), 3e-3);  // as in configs/nano.ini
  EXPECT_EQ(proposed_learning_rate(64, true), 3e-4);
}

TEST(Proposal, ValidatesTwentyTimes) {
  EXPECT_EQ(proposed_steps_per_eval(2000), 100);
  EXPECT_EQ(proposed_steps_per_eval(101), 6);
  EXPECT_EQ(proposed_steps_per_eval(1), 1);
}

}  // namespace
}  // namespace amt
