#include "amt/device/device_kind.hpp"

#include <gtest/gtest.h>

#include "amt/base/error.hpp"

namespace amt {
namespace {

TEST(DeviceKind, WordsOfADevice) {
  EXPECT_EQ(device_kind("auto", "--device"), DeviceKind::kAuto);
  EXPECT_EQ(device_kind("cuda", "--device"), DeviceKind::kCuda);
  EXPECT_EQ(device_kind("cpu", "--device"), DeviceKind::kCpu);
  try {
    device_kind("gpu", "--device");
    FAIL() << "took a word that it does not know";
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(), "--device 'gpu' is not known; use auto, cuda or cpu");
  }
}

TEST(DeviceKind, WordsOfAttention) {
  EXPECT_EQ(attention_kind("auto", "--x"), cuda::Attention::kAuto);
  EXPECT_EQ(attention_kind("cudnn", "--x"), cuda::Attention::kCudnn);
  EXPECT_EQ(attention_kind("plain", "--x"), cuda::Attention::kPlain);
  EXPECT_THROW(attention_kind("flash", "--x"), UsageError);
}

}  // namespace
}  // namespace amt
