#include "amt/device/step_profile.hpp"

#include <gtest/gtest.h>

#include "amt/base/options.hpp"
#include "amt/cpu/cpu_ops.hpp"

namespace amt {
namespace {

/// Parses the text like the value of the option.
StepRange step_range(const std::string& text) {
  StepRange range;
  OptionTable table;
  table.add("x", &range, "");
  table.set("x", text);
  EXPECT_EQ(table.find("x")->get(), text);
  return range;
}

TEST(StepRange, AcceptsTwoNumbers) {
  const StepRange range = step_range("10:12");
  EXPECT_EQ(range.begin, 10);
  EXPECT_EQ(range.end, 12);
  EXPECT_EQ(step_range("").end, 0);
}

TEST(StepRange, RefusesAnythingElse) {
  for (const char* text : {"10", "10:", ":12", "12:10", "10:10", "-1:3", "a:b", "1:2:3", "1:2 "}) {
    EXPECT_THROW(step_range(text), UsageError) << text;
  }
}

/// Returns when the profiler is switched in steps [first, last): "+3" for on before step 3, "-4"
/// for off after step 4.
std::string switched(const std::string& range, std::int64_t first, std::int64_t last) {
  const auto ops = make_cpu_ops(1);
  std::string seen;
  std::int64_t step = first;
  {
    StepProfile profile(
        step_range(range), [&](bool begin) { seen += (begin ? "+" : "-") + std::to_string(step); },
        *ops);
    for (; step < last; ++step) {
      profile.before(step);
      profile.after(step);
    }
  }
  return seen;
}

TEST(StepProfile, SwitchesOnAndOffOnce) {
  EXPECT_EQ(switched("3:5", 0, 10), "+3-4");
  EXPECT_EQ(switched("0:1", 0, 10), "+0-0");
  EXPECT_EQ(switched("", 0, 10), "");
}

TEST(StepProfile, EndsWithTheRunAndStartsAgainAfterARestart) {
  EXPECT_EQ(switched("3:50", 0, 10), "+3-10");
  EXPECT_EQ(switched("3:5", 4, 10), "+4-4");
  EXPECT_EQ(switched("3:5", 5, 10), "");
}

TEST(StepProfile, DoesNothingWithoutAProfiler) {
  const auto ops = make_cpu_ops(1);
  StepProfile profile({0, 5}, nullptr, *ops);
  profile.before(0);
  profile.after(4);
}

}  // namespace
}  // namespace amt
