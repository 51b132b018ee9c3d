#include "amt/base/activity.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>
#include <utility>

namespace amt {
namespace {

TEST(Activity, PhasesNestAndKeepTheirSteps) {
  Phase training("training");
  training.at_step(12);
  {
    const Phase saving("saving");
    EXPECT_STREQ(current_activity().phase, "saving");
    EXPECT_EQ(current_activity().step, -1);
  }
  EXPECT_STREQ(current_activity().phase, "training");
  EXPECT_EQ(current_activity().step, 12);
}

TEST(Activity, TheOutermostWaitIsReported) {
  EXPECT_EQ(current_activity().waiting_in, nullptr);
  const double before = seconds_waited();
  {
    const Waiting sum("the sum of gradients");
    {
      const Waiting call("MPI_Allreduce");
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    EXPECT_STREQ(current_activity().waiting_in, "the sum of gradients");
    EXPECT_EQ(seconds_waited(), before);
  }
  EXPECT_EQ(current_activity().waiting_in, nullptr);
  EXPECT_GE(seconds_waited(), before + 0.02);
}

TEST(Activity, EveryUpdateCountsAsProgress) {
  std::uint64_t last = current_activity().progress;
  const auto grew = [&] { return std::exchange(last, current_activity().progress) != last; };
  note_progress();
  EXPECT_TRUE(grew());
  EXPECT_FALSE(grew());
  {
    Phase phase("a");
    EXPECT_TRUE(grew());
    phase.at_step(1);
    EXPECT_TRUE(grew());
    const Waiting others("b");
    EXPECT_TRUE(grew());
  }
  EXPECT_TRUE(grew());
}

}  // namespace
}  // namespace amt
