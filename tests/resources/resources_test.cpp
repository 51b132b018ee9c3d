#include "amt/resources/resources.hpp"

#include <gtest/gtest.h>

namespace amt {
namespace {

TEST(Threads, AreTheCoresDividedByTheRanks) {
  EXPECT_EQ(choose_threads(0, nullptr, 16, 16, 4), 4);
  EXPECT_EQ(choose_threads(0, nullptr, 16, 16, 3), 5);
  EXPECT_EQ(choose_threads(0, nullptr, 2, 2, 8), 1);
}

TEST(Threads, ARequestedNumberHasPriority) {
  EXPECT_EQ(choose_threads(0, "3", 16, 16, 1), 3);
  EXPECT_EQ(choose_threads(0, "3,2", 16, 16, 1), 3);
  EXPECT_EQ(choose_threads(0, "many", 16, 16, 4), 4);
  EXPECT_EQ(choose_threads(5, "3", 16, 16, 1), 5);
}

TEST(Threads, NeverExceedTheCores) {
  EXPECT_EQ(choose_threads(64, nullptr, 16, 16, 1), 16);
  EXPECT_EQ(choose_threads(0, "64", 16, 16, 1), 16);
  EXPECT_EQ(choose_threads(0, nullptr, 16, 1, 2), 1);  // bound to one core by the launcher
}

TEST(Memory, CountsParametersFourTimesAndActivationsPerRow) {
  ModelConfig config;
  const std::uint64_t one = training_bytes(config, 1, 4), two = training_bytes(config, 2, 4);
  EXPECT_GT(one, 4 * 4 * 128'000'000u);  // parameters, gradients, two moments
  EXPECT_GT(two, one);
  config.gradient_checkpointing = true;
  EXPECT_LT(training_bytes(config, 2, 4), two);
}

}  // namespace
}  // namespace amt
