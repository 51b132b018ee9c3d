#include "amt/kernels/attention_step.cuh"
#include "context.hpp"
#include "launch.hpp"

namespace amt::cuda {

void run(Context& gpu, const AttentionStep& op) {
  check_head(op.head_dim);
  start(gpu.stream(), {op.n * op.heads}, gpu::kStepWarps * gpu::kLanes, "attention_step",
        gpu::attention_step, typed<Bf16>(op));
}

}  // namespace amt::cuda
