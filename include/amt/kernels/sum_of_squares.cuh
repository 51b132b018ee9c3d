// The first pass of the sum of squares of a flat buffer, in a fixed order.
#pragma once

#include "amt/kernels/sum_all.cuh"

namespace amt::gpu {

__device__ inline double square(float x) { return static_cast<double>(x) * static_cast<double>(x); }

/// partial [gridDim.x]: sums of squares of x [n], in fp64. `quads` as in adamw.cuh.
__global__ void __launch_bounds__(kSumWarps* kLanes)
    sum_of_squares(double* partial, const float* x, Dim quads, Dim n) {
  const Dim first = Dim{blockIdx.x} * blockDim.x + threadIdx.x, all = Dim{gridDim.x} * blockDim.x;
  double sum = 0;
  for (Dim i = first; i < quads; i += all) {
    const Quad quad = reinterpret_cast<const Quad*>(x)[i];
    for (int k = 0; k < 4; ++k) sum += square(quad.x[k]);
  }
  for (Dim i = 4 * quads + first; i < n; i += all) sum += square(x[i]);
  sum = block_sum<kSumWarps>(sum);
  if (threadIdx.x == 0) partial[blockIdx.x] = sum;
}

}  // namespace amt::gpu
