#include "amt/kernels/sums.cuh"
#include "amt/kernels/to_bf16.cuh"
#include "launch.hpp"
#include "sums.hpp"

namespace amt::cuda {

void launch_add_pairs(cudaStream_t stream, float* first, float* second, const float* partial,
                      Dim count, Dim width) {
  const Grid grid{divide_up(width, gpu::kLanes), 2};
  start(stream, grid, gpu::kRowWarps * gpu::kLanes, "add_rows", gpu::add_rows, first, second,
        partial, count, width);
}

void launch_column_sums(cudaStream_t stream, float* sums, float* partial, const Bf16* x, Dim n,
                        Dim width) {
  constexpr Dim kThreads = 32;  // few, because there are more shares than column packs
  const Shares shares = shares_of(n);
  const Grid grid{divide_up(width / gpu::kPack, kThreads), shares.count};
  start(stream, grid, kThreads, "column_sums", gpu::column_sums, partial, x, n, width, shares.each);
  const Dim blocks = divide_up(width, gpu::kLanes);
  start(stream, {blocks}, gpu::kRowWarps * gpu::kLanes, "add_rows", gpu::add_rows, sums, nullptr,
        partial, shares.count, width);
}

void launch_to_bf16(cudaStream_t stream, Bf16* out, const float* x, Dim n) {
  start(stream, {flat_blocks(n)}, kFlatThreads, "to_bf16", gpu::to_bf16, out, x, n);
}

}  // namespace amt::cuda
