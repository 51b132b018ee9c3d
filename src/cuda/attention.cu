#include "amt/kernels/attention.cuh"
#include "attention.hpp"
#include "context.hpp"
#include "launch.hpp"

namespace amt::cuda {
namespace {

constexpr Dim kAttentionThreads = gpu::kAttentionWarps * gpu::kLanes;

/// Returns the number of blocks that gives one warp to each of a row's `length` queries or keys.
Dim blocks_for(const AttentionShape& s, Dim length) {
  return divide_up(s.rows * s.heads * length, gpu::kAttentionWarps);
}

}  // namespace

void launch_attention(cudaStream_t stream, const TypedAttentionForward& op) {
  start(stream, {blocks_for(op.shape, op.shape.query_len)}, kAttentionThreads, "attention_forward",
        gpu::attention_forward, op);
}

void launch_attention(cudaStream_t stream, const TypedAttentionBackward& op) {
  start(stream, {blocks_for(op.shape, op.shape.query_len)}, kAttentionThreads,
        "attention_query_gradient", gpu::attention_query_gradient, op);
  start(stream, {blocks_for(op.shape, op.shape.key_len)}, kAttentionThreads,
        "attention_key_gradient", gpu::attention_key_gradient, op);
}

void run(Context& gpu, const AttentionForward& op) { gpu.attention.run(typed<Bf16>(op)); }
void run(Context& gpu, const AttentionBackward& op) { gpu.attention.run(typed<Bf16>(op)); }

}  // namespace amt::cuda
