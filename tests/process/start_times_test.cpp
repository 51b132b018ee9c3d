#include "amt/process/start_times.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "amt/process/machine.hpp"
#include "support/refusal.hpp"

namespace amt {
namespace {

TEST(StartTimes, ListsThePhasesSinceTheProcessStarted) {
  std::this_thread::sleep_for(std::chrono::milliseconds(60));
  const double before = process_seconds();
  StartTimes times;
  times.mark("to wake up");
  EXPECT_GE(times.total(), before);
  times.mark("at once");
  std::this_thread::sleep_for(std::chrono::milliseconds(60));
  times.mark("to sleep");
  EXPECT_TRUE(test::says(times.text(), {" s: ", " s to wake up, ", " s to sleep"}));
  EXPECT_LE(times.total(), process_seconds());
}

TEST(Machine, NamesTheProcessorIfItHasAName) {
  const std::string name = cpu_name();
  EXPECT_EQ(name.find('\n'), std::string::npos);
  EXPECT_TRUE(name.empty() || (name.front() != ' ' && name.front() != ':')) << name;
}

}  // namespace
}  // namespace amt
