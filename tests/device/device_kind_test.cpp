#include "amt/device/device_kind.hpp"

#include <gtest/gtest.h>

#include "amt/base/options.hpp"
#include "support/refusal.hpp"

namespace amt {
namespace {

TEST(DeviceKind, DevicesAreSelectedByName) {
  EXPECT_EQ(value_of<DeviceKind>("auto"), DeviceKind::kAuto);
  EXPECT_EQ(value_of<DeviceKind>("cuda"), DeviceKind::kCuda);
  EXPECT_EQ(value_of<DeviceKind>("cpu"), DeviceKind::kCpu);
  DeviceKind kind = DeviceKind::kCpu;
  OptionTable table;
  table.add("device", &kind, "");
  EXPECT_EQ(test::refusal<UsageError>([&] { table.set("device", "gpu"); }),
            "--device: 'gpu' is not known; use auto, cuda or cpu");
}

TEST(DeviceKind, AttentionIsSelectedByName) {
  EXPECT_EQ(value_of<cuda::Attention>("auto"), cuda::Attention::kAuto);
  EXPECT_EQ(value_of<cuda::Attention>("cudnn"), cuda::Attention::kCudnn);
  EXPECT_EQ(value_of<cuda::Attention>("plain"), cuda::Attention::kPlain);
  EXPECT_EQ(value_of<cuda::Attention>("flash"), std::nullopt);
}

}  // namespace
}  // namespace amt
