#include "amt/kernels/gelu.cuh"
#include "gelu.hpp"
#include "launch.hpp"

namespace amt::cuda {

void launch_gelu_forward(cudaStream_t stream, Bf16* out, const Bf16* pre, Dim count) {
  const Dim packs = count / gpu::kPack;
  start(stream, {flat_blocks(count, gpu::kPack)}, kFlatThreads, "gelu_forward", gpu::gelu_forward,
        out, pre, packs);
}

void launch_gelu_backward(cudaStream_t stream, Bf16* dx, const Bf16* pre, Dim count) {
  const Dim packs = count / gpu::kPack;
  start(stream, {flat_blocks(count, gpu::kPack)}, kFlatThreads, "gelu_backward", gpu::gelu_backward,
        dx, pre, packs);
}

}  // namespace amt::cuda
