#include "amt/train/resources.hpp"

#include <gtest/gtest.h>

namespace amt {
namespace {

TEST(Threads, AreTheRanksShareOfTheNode) {
  EXPECT_EQ(choose_threads(0, nullptr, 16, 16, 4), 4);
  EXPECT_EQ(choose_threads(0, nullptr, 16, 16, 3), 5);
  EXPECT_EQ(choose_threads(0, nullptr, 2, 2, 8), 1);
}

TEST(Threads, WhatWasAskedForComesFirst) {
  EXPECT_EQ(choose_threads(0, "3", 16, 16, 1), 3);
  EXPECT_EQ(choose_threads(0, "3,2", 16, 16, 1), 3);
  EXPECT_EQ(choose_threads(0, "many", 16, 16, 4), 4);
  EXPECT_EQ(choose_threads(5, "3", 16, 16, 1), 5);
}

TEST(Threads, AreNeverMoreThanTheCores) {
  EXPECT_EQ(choose_threads(64, nullptr, 16, 16, 1), 16);
  EXPECT_EQ(choose_threads(0, "64", 16, 16, 1), 16);
  EXPECT_EQ(choose_threads(0, nullptr, 16, 1, 2), 1);  // bound to one core by the launcher
}

TEST(Memory, GrowsWithTheMicroBatchUnlessCheckpointed) {
  ModelConfig config;
  const std::uint64_t one = training_bytes(config, 1), two = training_bytes(config, 2);
  EXPECT_GT(one, 4 * 4 * 128'000'000u);  // four buffers of 128 M parameters
  EXPECT_EQ(two - one, 4u * 16 * 1024 * 768 * 12);
  config.gradient_checkpointing = true;
  EXPECT_EQ(training_bytes(config, 2) - training_bytes(config, 1), 4u * 1024 * 768 * 12);
}

}  // namespace
}  // namespace amt
