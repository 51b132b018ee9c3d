#include "amt/kernels/adamw.cuh"
#include "context.hpp"
#include "launch.hpp"

namespace amt::cuda {

void run(Context& gpu, const AdamW& op) {
  const Dim quads = quads_of(op.n, op.parameters, op.first_moment, op.second_moment, op.gradients);
  start(gpu.stream(), {flat_blocks(op.n)}, kFlatThreads, "adamw", gpu::adamw, op.parameters,
        op.first_moment, op.second_moment, op.gradients,
        gpu.weight_ranges.copy_of<Bf16>(op.parameters, op.n), quads, op.n,
        adamw_coefficients(op.step));
}

}  // namespace amt::cuda
