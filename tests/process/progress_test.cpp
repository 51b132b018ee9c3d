#include "amt/process/progress.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace amt {
namespace {

TEST(Progress, TimeLeftDependsOnlyOnThisProcess) {
  EXPECT_DOUBLE_EQ(seconds_left(0, 25, 100, 50), 150);
  EXPECT_DOUBLE_EQ(seconds_left(900, 950, 1000, 10), 10);
  EXPECT_DOUBLE_EQ(seconds_left(0, 120, 100, 10), 0);
  EXPECT_TRUE(std::isnan(seconds_left(900, 900, 1000, 10)));
}

TEST(Progress, ThePercentageCountsEarlierStarts) {
  testing::internal::CaptureStderr();  // not a terminal: plain lines
  {
    Progress progress("train", 100, 50, /*interval=*/0);
    progress.update(50, "step 50/100");
    progress.update(75, "step 75/100");
  }
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_NE(text.find("train 50 %  step 50/100\n"), std::string::npos) << text;
  EXPECT_NE(text.find("train 75 %  step 75/100  left "), std::string::npos) << text;
}

}  // namespace
}  // namespace amt
