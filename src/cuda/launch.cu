#include "kernels/attention.cuh"
#include "kernels/embedding.cuh"
#include "kernels/flat.cuh"
#include "kernels/lm_head.cuh"
#include "kernels/sums.cuh"
#include "launch.hpp"
#include "launch_grid.hpp"

namespace amt::cuda {
namespace {

/// Threads of blocks whose threads share the packs of a row: a warp for each 256 channels.
Dim pack_threads(Dim width) {
  return std::min<Dim>(divide_up(width / gpu::kPack, gpu::kLanes), 16) * gpu::kLanes;
}

Dim attention_blocks(const AttentionShape& s) {
  return divide_up(s.rows * s.heads * s.seq_len, gpu::kAttentionWarps);
}

constexpr Dim kAttentionThreads = gpu::kAttentionWarps * gpu::kLanes;
constexpr Dim kHeadThreads = gpu::kHeadWarps * gpu::kLanes;
constexpr Dim kSumThreads = gpu::kSumWarps * gpu::kLanes;

}  // namespace

void launch_embedding_forward(cudaStream_t stream, Bf16* out, const std::uint16_t* tokens,
                              const float* wte, const float* wpe, Dim n, Dim seq_len, Dim width,
                              const Dropout& dropout) {
  constexpr Dim kWarps = 4;  // a position each
  start(stream, {divide_up(n, kWarps)}, kWarps * gpu::kLanes, "embedding_forward",
        gpu::embedding_forward, out, tokens, wte, wpe, n, seq_len, width,
        gpu::DropoutMask(dropout));
}

void launch_position_gradient(cudaStream_t stream, float* dwpe, const Bf16* dx, Dim rows,
                              Dim seq_len, Dim width, const Dropout& dropout) {
  start(stream, {seq_len}, pack_threads(width), "position_gradient", gpu::position_gradient, dwpe,
        dx, rows, seq_len, width, gpu::DropoutMask(dropout));
}

void launch_token_gradient(cudaStream_t stream, float* dwte, float* partial, const Bf16* dx,
                           const std::uint16_t* tokens, const std::int32_t* by_token, Dim n,
                           Dim width, const Dropout& dropout) {
  const gpu::TokenOrder order{tokens, by_token, n};
  start(stream, {n}, pack_threads(width), "token_parts", gpu::token_parts, dwte, partial, dx, order,
        width, gpu::DropoutMask(dropout));
  start(stream, {token_pieces(n)}, pack_threads(width), "token_sums", gpu::token_sums, dwte,
        partial, order, width);
}

void launch_add_pairs(cudaStream_t stream, float* first, float* second, const float* partial,
                      Dim count, Dim width) {
  const Grid grid{divide_up(width, gpu::kLanes), 2};
  start(stream, grid, gpu::kRowWarps * gpu::kLanes, "add_rows", gpu::add_rows, first, second,
        partial, count, width);
}

void launch_column_sums(cudaStream_t stream, float* sums, float* partial, const Bf16* x, Dim n,
                        Dim width) {
  constexpr Dim kThreads = 32;  // few: the shares, not the columns, are what there is enough of
  const Shares shares = shares_of(n);
  const Grid grid{divide_up(width / gpu::kPack, kThreads), shares.count};
  start(stream, grid, kThreads, "column_sums", gpu::column_sums, partial, x, n, width, shares.each);
  const Dim blocks = divide_up(width, gpu::kLanes);
  start(stream, {blocks}, gpu::kRowWarps * gpu::kLanes, "add_rows", gpu::add_rows, sums, nullptr,
        partial, shares.count, width);
}

void launch_attention_forward(cudaStream_t stream, Bf16* out, float* lse, const Bf16* qkv,
                              const AttentionShape& s) {
  start(stream, {attention_blocks(s)}, kAttentionThreads, "attention_forward",
        gpu::attention_forward, out, lse, qkv, s);
}

void launch_attention_backward(cudaStream_t stream, Bf16* dqkv, const Bf16* dout, const Bf16* out,
                               const float* lse, const Bf16* qkv, const AttentionShape& s) {
  start(stream, {attention_blocks(s)}, kAttentionThreads, "attention_query_gradient",
        gpu::attention_query_gradient, dqkv, dout, out, lse, qkv, s);
  start(stream, {attention_blocks(s)}, kAttentionThreads, "attention_key_gradient",
        gpu::attention_key_gradient, dqkv, dout, out, lse, qkv, s);
}

void launch_loss_and_gradient(cudaStream_t stream, float* losses, Bf16* logits,
                              const std::uint16_t* tokens, Dim first, Dim count,
                              const LmHeadShape& shape, const LossTerms& terms) {
  start(stream, {count}, kHeadThreads, "loss_and_gradient", gpu::loss_and_gradient, losses, logits,
        tokens, first, shape, terms);
}

void launch_position_losses(cudaStream_t stream, float* losses, const Bf16* logits,
                            const std::uint16_t* tokens, Dim first, Dim count,
                            const LmHeadShape& shape) {
  start(stream, {count}, kHeadThreads, "position_losses", gpu::position_losses, losses, logits,
        tokens, first, shape);
}

void launch_add_sum(cudaStream_t stream, double* total, const float* x, Dim n, double scale) {
  start(stream, {1}, kSumThreads, "sum_all", gpu::sum_all<float>, total, x, n, scale, true);
}

void launch_adamw(cudaStream_t stream, float* p, float* m, float* v, const float* g, Dim n,
                  const AdamWStep& step) {
  start(stream, {flat_blocks(n)}, kFlatThreads, "adamw", gpu::adamw, p, m, v, g,
        quads_of(n, p, m, v, g), n, adamw_coefficients(step));
}

void launch_sum_of_squares(cudaStream_t stream, double* total, double* partial, const float* x,
                           Dim n) {
  start(stream, {sum_blocks(n)}, kSumThreads, "sum_of_squares", gpu::sum_of_squares, partial, x,
        quads_of(n, x), n);
  start(stream, {1}, kSumThreads, "sum_all", gpu::sum_all<double>, total, partial, sum_blocks(n),
        1.0, false);
}

void launch_add(cudaStream_t stream, float* to, const float* x, Dim n) {
  start(stream, {flat_blocks(n)}, kFlatThreads, "add", gpu::add, to, x, quads_of(n, to, x), n);
}

void launch_scale(cudaStream_t stream, float* x, float factor, Dim n) {
  start(stream, {flat_blocks(n)}, kFlatThreads, "scale", gpu::scale, x, factor, quads_of(n, x), n);
}

void launch_to_bf16(cudaStream_t stream, Bf16* out, const float* x, Dim n) {
  start(stream, {flat_blocks(n)}, kFlatThreads, "to_bf16", gpu::to_bf16, out, x, n);
}

}  // namespace amt::cuda
