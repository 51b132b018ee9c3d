// Fixture for tests of operations on a GPU, which compare the device with the CPU in fp32. Inputs
// are random numbers that are exact in bf16; shapes are odd ones and those of the real models.
#pragma once

#include <gtest/gtest.h>

#include "gpu_compare.hpp"
#include "gpu_device.hpp"
#include "ops/numbers.hpp"

namespace amt::test {

class GpuOps : public testing::Test {
 protected:
  void SetUp() override {
    if (!no_device().empty()) GTEST_SKIP() << no_device();
  }
};

inline Dropout dropout_for(Dim seq_len) {
  return {.rate = 0.2, .seed = 3, .step = 9, .first_row = 5, .seq_len = seq_len, .layer = 2};
}

}  // namespace amt::test
