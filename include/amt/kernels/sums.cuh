// Sums over the rows of matrices, in two passes with a fixed order.
#pragma once

#include "amt/kernels/common.cuh"

namespace amt::gpu {

constexpr int kRowWarps = 16;   // per block of add_rows; they divide the rows
constexpr int kRowsAtOnce = 8;  // rows that a thread of column_sums loads before it adds them

/// to[c] += sum over `count` rows of partial [count, gridDim.y, width], where `to` is `first` if
/// blockIdx.y = 0 and `second` if it is 1. One block per 32 columns.
__global__ void __launch_bounds__(kRowWarps* kLanes)
    add_rows(float* first, float* second, const float* partial, Dim count, Dim width) {
  __shared__ float sums[kRowWarps][kLanes];
  const Dim lane = threadIdx.x % kLanes, warp = threadIdx.x / kLanes;
  const Dim c = Dim{blockIdx.x} * kLanes + lane;
  if (c < width) {
    float sum = 0;
    for (Dim row = warp; row < count; row += kRowWarps) {
      sum += partial[(row * gridDim.y + blockIdx.y) * width + c];
    }
    sums[warp][lane] = sum;
  }
  __syncthreads();
  if (warp > 0 || c >= width) return;
  float total = 0;
  for (int of = 0; of < kRowWarps; ++of) total += sums[of][lane];
  (blockIdx.y == 0 ? first : second)[c] += total;
}

/// partial [gridDim.y, width]: column sums of x [n, width] over the rows_each rows of a block's
/// share, with one thread per pack of columns.
__global__ void column_sums(float* partial, const Bf16* x, Dim n, Dim width, Dim rows_each) {
  const Dim pack = Dim{blockIdx.x} * blockDim.x + threadIdx.x;
  if (pack >= width / kPack) return;
  const Dim begin = Dim{blockIdx.y} * rows_each;
  const Dim end = begin + rows_each < n ? begin + rows_each : n;
  float sum[kPack] = {};
  const auto add = [&](const HeldPack& row) {
    float v[kPack];
    unpack(v, row);
    for (int c = 0; c < kPack; ++c) sum[c] += v[c];
  };
  const Bf16* next = x + begin * width + pack * kPack;
  Dim left = end - begin;
  for (; left >= kRowsAtOnce; left -= kRowsAtOnce, next += kRowsAtOnce * width) {
    HeldPack rows[kRowsAtOnce];
    for (int r = 0; r < kRowsAtOnce; ++r) rows[r] = held(next + r * width);
    for (const HeldPack& row : rows) add(row);
  }
  for (; left > 0; --left, next += width) add(held(next));
  store(partial + Dim{blockIdx.y} * width + pack * kPack, sum);
}

}  // namespace amt::gpu
