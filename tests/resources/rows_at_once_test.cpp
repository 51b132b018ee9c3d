// Tests how many rows a rank computes at once if the user leaves the choice to amt.
#include <gtest/gtest.h>

#include "amt/resources/resources.hpp"

namespace amt {
namespace {

ModelConfig checkpointed(ModelConfig config) {
  config.gradient_checkpointing = true;
  return config;
}

/// Returns a GPU whose memory just suffices for this many rows, with a tenth left free.
DeviceMemory gpu_for(const ModelConfig& config, int rows) {
  return {"NVIDIA H200", gpu_bytes(config, rows, 1) / 9 * 10 + 100, 1, true};
}

void expect(const RowsAtOnce& chosen, int rows, bool checkpointing) {
  EXPECT_EQ(chosen.rows, rows);
  EXPECT_EQ(chosen.checkpointing, checkpointing);
}

TEST(RowsAtOnce, AreTheLargestDivisorThatLeavesATenthOfMemoryFree) {
  const ModelConfig config;
  expect(choose_rows_at_once(config, 512, true, gpu_for(config, 16)), 16, false);
  expect(choose_rows_at_once(config, 512, true, gpu_for(config, 31)), 16, false);
  expect(choose_rows_at_once(config, 96, true, gpu_for(config, 31)), 24, false);
  DeviceMemory full = gpu_for(config, 16);
  full.bytes = gpu_bytes(config, 16, 1);
  expect(choose_rows_at_once(config, 512, true, full), 8, false);
}

TEST(RowsAtOnce, DoNotExceedWhatADeviceBenefitsFrom) {
  const ModelConfig config;
  DeviceMemory huge = gpu_for(config, 512);
  expect(choose_rows_at_once(config, 512, true, huge), 64, false);
  expect(choose_rows_at_once(config, 6, true, huge), 6, false);
  huge.gpu = false;
  huge.bytes = host_bytes(config, Precision::kF32, 512, 1);
  expect(choose_rows_at_once(config, 512, true, huge), 8, false);
}

TEST(RowsAtOnce, UseCheckpointingOnlyIfTooFewFitOtherwise) {
  const ModelConfig config;
  expect(choose_rows_at_once(config, 512, true, gpu_for(config, 4)), 4, false);
  const DeviceMemory two = gpu_for(config, 2);
  const RowsAtOnce more = choose_rows_at_once(config, 512, true, two);
  EXPECT_TRUE(more.checkpointing);
  EXPECT_GE(more.rows, 4);
  EXPECT_TRUE(fits(checkpointed(config), more.rows, two));
  expect(choose_rows_at_once(config, 512, false, two), 2, false);
  expect(choose_rows_at_once(config, 2, true, two), 2, false);
  expect(choose_rows_at_once(checkpointed(config), 512, true, gpu_for(checkpointed(config), 32)),
         32, true);
}

TEST(RowsAtOnce, AreOneIfNothingFits) {
  const ModelConfig config;
  const DeviceMemory tiny{"NVIDIA L4", 1000, 1, true};
  expect(choose_rows_at_once(config, 512, true, tiny), 1, true);
  expect(choose_rows_at_once(config, 512, false, tiny), 1, false);
}

// The model sizes in configs/, on the cards used to train them.
TEST(RowsAtOnce, AreAsExpectedOnCommonCards) {
  constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;
  const auto chosen = [](int width, int heads, int layers, std::uint64_t gib) {
    ModelConfig config;
    config.hidden_dim = width;
    config.num_heads = heads;
    config.num_layers = layers;
    return choose_rows_at_once(config, 512, true, {"GPU", gib * kGiB, 1, true});
  };
  for (const std::uint64_t gib : {24, 40, 78, 139}) {
    EXPECT_FALSE(chosen(768, 12, 12, gib).checkpointing) << gib;
    EXPECT_GE(chosen(768, 12, 12, gib).rows, 8) << gib;
  }
  EXPECT_EQ(chosen(768, 12, 12, 24).rows, 32);
  EXPECT_EQ(chosen(768, 12, 12, 78).rows, 64);
  EXPECT_FALSE(chosen(1280, 20, 36, 78).checkpointing);
  EXPECT_EQ(chosen(1280, 20, 36, 78).rows, 32);
}

}  // namespace
}  // namespace amt
