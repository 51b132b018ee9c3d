// Fixture for tests of CudaOps. Everything runs on the CPU; cuBLASLt, cuDNN and the CUDA runtime
// are replaced by fakes.
#pragma once

#include <gtest/gtest.h>

#include <bit>
#include <vector>

#include "amt/base/error.hpp"
#include "amt/ops/buffer.hpp"
#include "fake_cublaslt.hpp"
#include "fake_cuda.hpp"
#include "ops/numbers.hpp"
#include "src/cuda/cuda_ops.hpp"
#include "support/refusal.hpp"

namespace amt::cuda {

class CudaOpsTest : public testing::Test {
 protected:
  void SetUp() override {
    fake::device() = {};
    fake::blas() = {};
    fake::take_launches();
    ops_ = make_cuda_ops({});
  }
  void TearDown() override {
    ops_.reset();
    EXPECT_EQ(fake::device().used_bytes, 0) << "device memory must be freed";
    EXPECT_EQ(fake::blas().broken_rule, "");
  }

  template <class T>
  Buffer upload(const std::vector<T>& values) {
    Buffer buffer(*ops_, values.size() * sizeof(T));
    ops_->to_device(buffer.as<void>(), values.data(), buffer.bytes());
    return buffer;
  }
  template <class T = float>
  std::vector<T> download(const Buffer& buffer) {
    std::vector<T> values(buffer.bytes() / sizeof(T));
    ops_->to_host(values.data(), buffer.as<void>(), buffer.bytes());
    return values;
  }
  /// Uploads numbers as bf16 activations; they must be exact in bf16.
  Buffer upload_bf16(const std::vector<float>& values) {
    std::vector<std::uint16_t> upper;
    for (const float x : values)
      upper.push_back(std::uint16_t(std::bit_cast<std::uint32_t>(x) >> 16));
    return upload(upper);
  }
  std::vector<float> download_bf16(const Buffer& buffer) {
    std::vector<float> values;
    for (const std::uint16_t upper : download<std::uint16_t>(buffer)) {
      values.push_back(std::bit_cast<float>(std::uint32_t{upper} << 16));
    }
    return values;
  }
  static std::vector<float> bf16_normal(Dim n, std::uint64_t seed) {
    auto values = test::normal<float>(n, seed);
    for (float& x : values) {
      x = std::bit_cast<float>(std::bit_cast<std::uint32_t>(x) & 0xFFFF0000u);
    }
    return values;
  }
  static constexpr auto error = test::refusal<Error>;

  std::unique_ptr<CudaOps> ops_;
};

}  // namespace amt::cuda
