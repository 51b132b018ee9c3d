// The second pass of sums over flat buffers: one block adds the partial sums of the first pass.
#pragma once

#include "amt/kernels/common.cuh"

namespace amt::gpu {

constexpr int kSumWarps = 8;  // per block

/// *to = (add ? *to : 0) + scale x the sum of x [n]. Runs in one block.
template <class T>
__global__ void __launch_bounds__(kSumWarps* kLanes)
    sum_all(double* to, const T* x, Dim n, double scale, bool add) {
  double sum = 0;
  for (Dim i = threadIdx.x; i < n; i += kSumWarps * kLanes) sum += static_cast<double>(x[i]);
  sum = block_sum<kSumWarps>(sum);
  if (threadIdx.x == 0) *to = (add ? *to : 0.0) + scale * sum;
}

}  // namespace amt::gpu
