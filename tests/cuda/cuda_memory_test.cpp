// Tests memory and timers of CudaOps with a fake CUDA.
#include <array>
#include <numeric>

#include "cuda_ops_fixture.hpp"
#include "support/refusal.hpp"

namespace amt::cuda {
namespace {

TEST_F(CudaOpsTest, HostMemoryMayBeReusedAsSoonAsACopyReturns) {
  constexpr std::size_t kSize =
      5'000'001;  // copied in several pieces, of which the last is shorter
  Buffer buffer(*ops_, kSize * 8);
  std::vector<char> host(kSize), expected;
  for (char i = 0; i < 8; ++i) {  // more pieces than the ring of staging buffers holds
    std::iota(host.begin(), host.end(), i);
    expected.insert(expected.end(), host.begin(), host.end());
    ops_->to_device(buffer.as<char>() + i * kSize, host.data(), kSize);
    std::fill(host.begin(), host.end(), char(99));
  }
  EXPECT_EQ(fake::device().waits, 0);
  EXPECT_TRUE(download<char>(buffer) == expected);
}

TEST_F(CudaOpsTest, ATimerMeasuresTheWorkQueuedBetweenItsEnds) {
  const Buffer buffer(*ops_, 64);
  const std::array<char, 64> host{};
  const auto copy = [&] { ops_->to_device(buffer.as<char>(), host.data(), host.size()); };
  const auto timer = ops_->make_timer();
  copy();
  timer->start();
  for (int i = 0; i < 3; ++i) copy();
  timer->stop();
  copy();
  EXPECT_FLOAT_EQ(static_cast<float>(timer->seconds()), 0.003f);  // 1 ms each, in fake_cuda.cpp
}

TEST_F(CudaOpsTest, OutOfMemoryReportsSizesAndAdvice) {
  fake::device().memory_bytes = fake::device().used_bytes + (3u << 20);
  const std::string text = error([&] { ops_->allocate(std::size_t{5} << 30); });
  EXPECT_NE(text.find("no 5.00 GiB left (3.00 MiB of"), std::string::npos) << text;
  EXPECT_NE(text.find("trainer.per_device_parallelism"), std::string::npos) << text;
  const Buffer still_works(*ops_, 1 << 20);
}

TEST_F(CudaOpsTest, DeviceErrorsAreThrownByTheNextWaitAtTheLatest) {
  fake::device().broken = true;
  const std::string text = error([&] { ops_->synchronise(); });
  EXPECT_TRUE(test::says(text, {"CUDA device 0", "the text (theName)"}));
  fake::device().broken = false;
}

}  // namespace
}  // namespace amt::cuda
