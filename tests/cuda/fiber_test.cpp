// Checks that kernel tests detect races, shuffles across warps, and deadlocks.
#include <gtest/gtest.h>

#include <algorithm>

#include "amt/kernels/common.cuh"
#include "kernel_support.hpp"

namespace amt::gpu {
namespace {

template <bool kWithBarrier>
__global__ void reverse(int* x) {
  __shared__ int tile[64];
  tile[threadIdx.x] = x[blockIdx.x * 64 + threadIdx.x];
  if (kWithBarrier) __syncthreads();
  x[blockIdx.x * 64 + threadIdx.x] = tile[63 - threadIdx.x];
}

template <bool kWithBarrier>
bool reverses(Order order) {
  std::vector<int> x(256), expected(256);
  for (int i = 0; i < 256; ++i) x[i] = i;
  for (int i = 0; i < 256; ++i) expected[i] = i / 64 * 64 + 63 - i % 64;
  launch(order, {4}, 64, reverse<kWithBarrier>, x.data());
  return x == expected;
}

TEST(CudaOnCpu, AMissingBarrierIsDetectedInEveryOrder) {
  for (const Order order : kOrders) {
    EXPECT_TRUE(reverses<true>(order));
    EXPECT_FALSE(reverses<false>(order));
  }
}

__global__ void sum_warp(int* x) {
  int value = x[threadIdx.x];
  for (int mask = 16; mask > 0; mask /= 2) value += __shfl_xor_sync(~0u, value, mask);
  x[threadIdx.x] = value + __shfl_sync(~0u, value, 3);
}

TEST(CudaOnCpu, ShufflesStayWithinAWarp) {
  for (const Order order : kOrders) {
    std::vector<int> x(64);
    for (int i = 0; i < 64; ++i) x[i] = i;
    launch(order, {1}, 64, sum_warp, x.data());
    for (int i = 0; i < 64; ++i) EXPECT_EQ(x[i], 2 * (i < 32 ? 496 : 1520));
  }
}

__global__ void half_a_warp_waits(int*) {
  if (threadIdx.x < 16) __shfl_sync(~0u, 1, 0);
}

TEST(CudaOnCpu, ADeadlockIsAnError) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the address sanitizer reports an exception that leaves a fiber as an overflow";
#endif
  EXPECT_THROW(launch(Order::kUpwards, {1}, 32, half_a_warp_waits, nullptr), std::logic_error);
}

// Makes two reductions in a row with the same shared memory.
__global__ void reduce_twice(double* out, const float* x) {
  const float value = x[threadIdx.x];
  const double first = block_sum<4>(static_cast<double>(value));
  const double second = block_sum<4>(static_cast<double>(value) * 2);
  const float largest = block_max<4>(value), smallest = -block_max<4>(-value);
  out[threadIdx.x] = first * 1000 + second + largest * 1e-3 + smallest * 1e-6;
}

TEST(CudaOnCpu, ReductionsCanReuseSharedMemory) {
  std::vector<float> x(128);
  for (int i = 0; i < 128; ++i) x[i] = static_cast<float>(i + 1);
  for (const Order order : kOrders) {
    std::vector<double> out(128);
    launch(order, {1}, 128, reduce_twice, out.data(), x.data());
    for (const double value : out) EXPECT_NEAR(value, 8256 * 1002 + 0.128 + 1e-6, 1e-7);
  }
}

}  // namespace
}  // namespace amt::gpu
