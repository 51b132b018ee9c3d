#include "amt/collective/stragglers.hpp"

#include <gtest/gtest.h>

#include <array>
#include <sstream>
#include <string>

#include "support/refusal.hpp"

namespace amt {
namespace {

TEST(Stragglers, ARankIsSlowComparedToTheMedian) {
  constexpr std::array kSeconds = {1.0, 1.2, 1.6, 1.1, 1.5};
  EXPECT_FALSE(exceeded_median(kSeconds, 2));  // 1.6 is not more than 1.5 x 1.2
  constexpr std::array kOneSlow = {1.0, 1.0, 1.6, 0.9};
  EXPECT_EQ(exceeded_median(kOneSlow, 2), 1.0);
  EXPECT_FALSE(exceeded_median(kOneSlow, 0));
  constexpr std::array kTwo = {2.0, 1.0};  // with two ranks, the faster one is the reference
  EXPECT_EQ(exceeded_median(kTwo, 0), 1.0);
  EXPECT_FALSE(exceeded_median(std::array{7.0}, 0));
}

class StragglersOfRanks : public testing::Test {
 protected:
  /// Returns what this rank logs during 22 steps, with a comparison every 5 steps, if the last rank
  /// is `times` times as slow as the others from its second step on.
  std::string warnings(double times, double first_step) {
    Stragglers stragglers(world_, 5);
    const bool slow = world_.rank() == world_.size() - 1;
    testing::internal::CaptureStderr();
    for (std::int64_t step = 0; step < 22; ++step) {
      stragglers.add(step, step == 0 ? first_step : slow ? times : 1.0);
    }
    return testing::internal::GetCapturedStderr();
  }
  bool last() const { return world_.rank() == world_.size() - 1; }

  mpi::Communicator world_ = mpi::Communicator::world();
};

TEST_F(StragglersOfRanks, TheSlowRankLogsWarningsThatBecomeRarer) {
  const std::string text = warnings(2.5, 1);
  if (!last() || world_.size() == 1) {
    EXPECT_EQ(text, "");
    return;
  }
  std::istringstream lines(text);
  std::string line;
  for (const auto& [step, comparisons] :
       {std::pair("step 4,", "1 of 1 comparison:"), std::pair("step 9,", "2 of 2 comparisons:"),
        std::pair("step 19,", "4 of 4 comparisons:")}) {
    ASSERT_TRUE(std::getline(lines, line));
    EXPECT_TRUE(test::says(line, {comparisons, " 2.5 s ", step, " 2.5 times ", "median", "(1 s)"}));
  }
  EXPECT_FALSE(std::getline(lines, line)) << line;
}

TEST_F(StragglersOfRanks, SmallDifferencesGiveNoWarning) { EXPECT_EQ(warnings(1.4, 1), ""); }

TEST_F(StragglersOfRanks, TheFirstStepDoesNotCount) {
  EXPECT_EQ(warnings(1, last() ? 100 : 1), "");
}

}  // namespace
}  // namespace amt
