#include "amt/process/run_apart.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <stdexcept>

namespace amt {
namespace {

using std::chrono::seconds;

TEST(RunApart, ReturnsTheResult) {
  EXPECT_EQ(run_apart([] { return std::string(); }, seconds(60)), "");
  const std::string much(1 << 20, 'x');
  EXPECT_EQ(run_apart([&] { return much; }, seconds(60)), much);
  int changed = 0;
  run_apart([&] { return std::to_string(++changed); }, seconds(60));
  EXPECT_EQ(changed, 0);
}

TEST(RunApart, ReturnsNothingAfterACrash) {
  EXPECT_EQ(run_apart([]() -> std::string { std::abort(); }, seconds(60)), std::nullopt);
  EXPECT_EQ(run_apart([]() -> std::string { throw std::runtime_error("odd"); }, seconds(60)),
            std::nullopt);
}

TEST(RunApart, ReturnsNothingIfTheWorkNeverEnds) {
  volatile bool ends = false;
  const auto found = run_apart(
      [&] {
        while (!ends) {
        }
        return std::string();
      },
      seconds(1));
  EXPECT_EQ(found, std::nullopt);
}

}  // namespace
}  // namespace amt
