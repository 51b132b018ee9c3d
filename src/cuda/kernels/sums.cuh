// Sums over the rows of matrices and over flat buffers, in two passes with a fixed order.
#pragma once

#include "common.cuh"

namespace amt::gpu {

/// to[c] += sum over `count` rows of partial [count, stride], c < width. A thread for each column.
__global__ void add_rows(float* to, const float* partial, Dim count, Dim stride, Dim width) {
  const Dim c = Dim{blockIdx.x} * blockDim.x + threadIdx.x;
  if (c >= width) return;
  float sum = 0;
  for (Dim row = 0; row < count; ++row) sum += partial[row * stride + c];
  to[c] += sum;
}

/// partial [gridDim.y, width]: column sums of x [n, width] over the rows_each rows of a block's
/// share. A thread for each pack of columns.
__global__ void column_sums(float* partial, const Bf16* x, Dim n, Dim width, Dim rows_each) {
  const Dim pack = Dim{blockIdx.x} * blockDim.x + threadIdx.x;
  if (pack >= width / kPack) return;
  const Dim begin = Dim{blockIdx.y} * rows_each;
  const Dim end = begin + rows_each < n ? begin + rows_each : n;
  float sum[kPack] = {};
  for (Dim i = begin; i < end; ++i) {
    float v[kPack];
    load(v, x + i * width + pack * kPack);
    for (int c = 0; c < kPack; ++c) sum[c] += v[c];
  }
  store(partial + Dim{blockIdx.y} * width + pack * kPack, sum);
}

constexpr int kSumWarps = 8;  // in a block of the kernels below

/// partial [gridDim.x]: sums of squares of x [n], in fp64.
__global__ void __launch_bounds__(kSumWarps* kLanes)
    sum_of_squares(double* partial, const float* x, Dim n) {
  double sum = 0;
  for (Dim i = Dim{blockIdx.x} * blockDim.x + threadIdx.x; i < n;
       i += Dim{gridDim.x} * blockDim.x) {
    sum += static_cast<double>(x[i]) * static_cast<double>(x[i]);
  }
  sum = block_sum<kSumWarps>(sum);
  if (threadIdx.x == 0) partial[blockIdx.x] = sum;
}

/// *to = (add ? *to : 0) + scale x the sum of x [n]; one block.
template <class T>
__global__ void __launch_bounds__(kSumWarps* kLanes)
    sum_all(double* to, const T* x, Dim n, double scale, bool add) {
  double sum = 0;
  for (Dim i = threadIdx.x; i < n; i += kSumWarps * kLanes) sum += static_cast<double>(x[i]);
  sum = block_sum<kSumWarps>(sum);
  if (threadIdx.x == 0) *to = (add ? *to : 0.0) + scale * sum;
}

}  // namespace amt::gpu
