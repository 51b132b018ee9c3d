#include "amt/kernels/sum_of_squares.cuh"
#include "amt/ops/sum_of_squares.hpp"
#include "context.hpp"
#include "launch.hpp"

namespace amt::cuda {

void run(Context& gpu, const SumOfSquares& op) {
  constexpr Dim kThreads = gpu::kSumWarps * gpu::kLanes;
  const Dim blocks = sum_blocks(op.n);
  double* total = gpu.partial.of<double>(1 + blocks);
  double* partial = total + 1;
  start(gpu.stream(), {blocks}, kThreads, "sum_of_squares", gpu::sum_of_squares, partial, op.x,
        quads_of(op.n, op.x), op.n);
  start(gpu.stream(), {1}, kThreads, "sum_all", gpu::sum_all<double>, total, partial, blocks, 1.0,
        false);
  check(cudaMemcpyAsync(gpu.sum.get(), total, sizeof(double), cudaMemcpyDeviceToHost, gpu.stream()),
        "copying a sum to the host");
  check(cudaStreamSynchronize(gpu.stream()), "waiting for a sum");
  *op.sum = *reinterpret_cast<const double*>(gpu.sum.get());
}

}  // namespace amt::cuda
