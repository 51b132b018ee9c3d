#include "amt/process/watchdog.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "amt/process/log.hpp"
#include "amt/process/signals.hpp"
#include "support/refusal.hpp"

namespace amt {
namespace {

using std::chrono::milliseconds;

constexpr Activity kWorking = {"training", 12, nullptr, 1};
constexpr Activity kWaiting = {"training", 12, "the sum of gradients", 1};

TEST(Watchdog, ARankThatHangsInItsOwnWorkReportsFirst) {
  EXPECT_EQ(patience(60, kWorking, 7, false), 60);
  EXPECT_GE(patience(60, kWaiting, 0, false), 62);
  EXPECT_GT(patience(60, kWaiting, 1, false), patience(60, kWaiting, 0, false) + 1);
}

TEST(Watchdog, ARankThatIsBeingEndedDoesNotReport) {
  EXPECT_GT(patience(60, kWaiting, 1, true), patience(60, kWaiting, 1, false) + 2);
  for (const double limit : {1.0, 60.0, 900.0}) {
    EXPECT_LT(patience(limit, kWaiting, 4095, true), limit + 30);
  }
}

TEST(Watchdog, ProgressResetsTheIdleTime) {
  IdleTime idle(1.0);
  EXPECT_EQ(idle.add(1, 1), 0);
  EXPECT_EQ(idle.add(1, 1), 1);
  EXPECT_EQ(idle.add(1, 1.5), 2.5);
  EXPECT_EQ(idle.add(2, 1), 0);
  EXPECT_EQ(idle.add(2, 1), 1);
}

TEST(Watchdog, SuspendedTimeDoesNotCount) {
  IdleTime idle(1.0);
  idle.add(1, 1);
  EXPECT_EQ(idle.add(1, 86400), 2);  // suspended for a day
  EXPECT_EQ(idle.add(1, -3600), 2);  // a clock that was set back
}

TEST(Watchdog, TheMessageNamesPhaseAndStep) {
  const std::string work = describe_hang(kWorking, 61, 60), wait = describe_hang(kWaiting, 61, 60);
  EXPECT_TRUE(test::says(work, {" 1 min 01 s ", "training, step 12, ", "--watchdog 60 "}));
  EXPECT_EQ(work.find("other ranks"), std::string::npos) << work;
  EXPECT_TRUE(test::says(wait, {"training, step 12, ", "other ranks", "the sum of gradients"}));
  EXPECT_EQ(describe_hang({"listing", -1, nullptr, 1}, 61, 60).find("step"), std::string::npos);
}

void hang() {
  set_log_identity(0, 4, "node17");
  Phase training("training");
  training.at_step(3);
  const Watchdog watchdog(0.1, 0);
  std::this_thread::sleep_for(std::chrono::seconds(60));
}

TEST(WatchdogDeathTest, EndsAProcessThatHangs) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(hang(), testing::ExitedWithCode(76),
              "amt: error: \\[rank 0 of 4 on node17\\] no progress for .* in training, step 3, ");
}

// mpirun ends this process because another rank hangs; only that rank should report it.
TEST(Watchdog, WaitsLongerOnceTheProcessIsBeingEnded) {
  set_stop_signal(SIGTERM);
  {
    const Watchdog watchdog(0.1, 0);
    std::this_thread::sleep_for(std::chrono::seconds(1));
  }
  set_stop_signal(0);
}

TEST(Watchdog, DoesNotEndAProcessThatMakesProgress) {
  const Watchdog watchdog(0.5, 0);
  for (int i = 0; i < 20; ++i) {
    std::this_thread::sleep_for(milliseconds(50));
    note_progress();
  }
}

TEST(Poller, PollsUntilItIsDestroyed) {
  std::atomic<int> looks = 0;
  {
    const Poller poller(0.001, [&](double elapsed) { looks += elapsed > 0 ? 1 : 1000000; });
    while (looks < 3) std::this_thread::sleep_for(milliseconds(1));
  }
  const int seen = looks;
  EXPECT_LT(seen, 1000000);
  std::this_thread::sleep_for(milliseconds(20));
  EXPECT_EQ(looks, seen);
}

}  // namespace
}  // namespace amt
