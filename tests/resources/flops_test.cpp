#include "amt/resources/flops.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <utility>

namespace amt {
namespace {

ModelConfig model(int width, int layers) {
  ModelConfig config;
  config.hidden_dim = width;
  config.num_layers = layers;
  return config;
}

// The reference's small, medium and large model need 6 x multiplied parameters + 12 x layers x
// width x 1024 FLOPs per token.
TEST(Flops, WorkPerTokenFollowsPaLM) {
  EXPECT_NEAR(model_flops_per_token(model(768, 12)), 876e6, 0.5e6);
  EXPECT_NEAR(model_flops_per_token(model(1024, 24)), 2452e6, 0.5e6);
  EXPECT_NEAR(model_flops_per_token(model(1280, 36)), 5236e6, 0.5e6);
}

TEST(Flops, PaddingAndRecomputationAreNotCounted) {
  ModelConfig config = model(128, 4);
  const double blocks = 6 * 4 * 12 * 128.0 * 128 + 12 * 4 * 128.0 * 1024;
  EXPECT_EQ(model_flops_per_token(config), blocks + 6 * 55028 * 128.0);
  config.gradient_checkpointing = true;
  EXPECT_EQ(model_flops_per_token(config), blocks + 6 * 55028 * 128.0);
}

TEST(Flops, UtilisationCountsAllRanks) {
  EXPECT_DOUBLE_EQ(model_flops_utilisation(4e12, 4, 2e12), 0.5);
  EXPECT_TRUE(std::isnan(model_flops_utilisation(4e12, 4, 0)));
}

TEST(Flops, PeaksAreKnownOnlyForWholeGpus) {
  const std::pair<const char*, double> known[] = {{"NVIDIA H200", 989.4e12},
                                                  {"NVIDIA H100 80GB HBM3", 989.4e12},
                                                  {"NVIDIA H100 PCIe", 756e12},
                                                  {"NVIDIA A100-SXM4-80GB", 312e12},
                                                  {"NVIDIA A800-SXM4-80GB", 312e12},
                                                  {"NVIDIA H100 NVL", 835.5e12},
                                                  {"NVIDIA H800", 989.4e12},
                                                  {"NVIDIA GH200 480GB", 989.4e12},
                                                  {"NVIDIA B200", 2250e12},
                                                  {"NVIDIA B300 SXM6 AC", 2250e12},
                                                  {"NVIDIA RTX 6000 Ada Generation", 364.2e12},
                                                  {"NVIDIA GeForce RTX 5090", 209.5e12}};
  for (const auto& [name, peak] : known) EXPECT_EQ(known_peak_flops(name), peak) << name;
  for (const char* name : {"NVIDIA H200 MIG 1g.18gb", "NVIDIA H100", "Tesla V100-SXM2-32GB", ""}) {
    EXPECT_EQ(known_peak_flops(name), 0) << name;
  }
}

}  // namespace
}  // namespace amt
