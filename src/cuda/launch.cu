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
unsigned pack_threads(Dim width) {
  return count(std::min<Dim>(divide_up(width / gpu::kPack, gpu::kLanes), 16) * gpu::kLanes);
}

unsigned attention_blocks(const AttentionShape& s) {
  return count(divide_up(s.rows * s.heads * s.seq_len, gpu::kAttentionWarps));
}

constexpr unsigned kAttentionThreads = gpu::kAttentionWarps * gpu::kLanes;
constexpr unsigned kHeadThreads = gpu::kHeadWarps * gpu::kLanes;
constexpr unsigned kSumThreads = gpu::kSumWarps * gpu::kLanes;

}  // namespace

void launch_embedding_forward(cudaStream_t stream, Bf16* out, const std::uint16_t* tokens,
                              const float* wte, const float* wpe, Dim n, Dim seq_len, Dim width,
                              const Dropout& dropout) {
  constexpr int kWarps = 4;  // a position each
  gpu::embedding_forward<<<count(divide_up(n, kWarps)), kWarps * gpu::kLanes, 0, stream>>>(
      out, tokens, wte, wpe, n, seq_len, width, gpu::DropoutMask(dropout));
  check_launch("embedding_forward");
}

void launch_position_gradient(cudaStream_t stream, float* dwpe, const Bf16* dx, Dim rows,
                              Dim seq_len, Dim width, const Dropout& dropout) {
  gpu::position_gradient<<<count(seq_len), pack_threads(width), 0, stream>>>(
      dwpe, dx, rows, seq_len, width, gpu::DropoutMask(dropout));
  check_launch("position_gradient");
}

void launch_token_gradient(cudaStream_t stream, float* dwte, float* partial, const Bf16* dx,
                           const std::uint16_t* tokens, const std::int32_t* by_token, Dim n,
                           Dim width, const Dropout& dropout) {
  const gpu::TokenOrder order{tokens, by_token, n};
  gpu::token_parts<<<count(n), pack_threads(width), 0, stream>>>(dwte, partial, dx, order, width,
                                                                 gpu::DropoutMask(dropout));
  check_launch("token_parts");
  gpu::token_sums<<<count(token_pieces(n)), pack_threads(width), 0, stream>>>(dwte, partial, order,
                                                                              width);
  check_launch("token_sums");
}

void launch_add_pairs(cudaStream_t stream, float* first, float* second, const float* partial,
                      Dim count_of_rows, Dim width) {
  const dim3 grid(count(divide_up(width, gpu::kLanes)), 2);
  gpu::add_rows<<<grid, gpu::kRowWarps * gpu::kLanes, 0, stream>>>(first, second, partial,
                                                                   count_of_rows, width);
  check_launch("add_rows");
}

void launch_column_sums(cudaStream_t stream, float* sums, float* partial, const Bf16* x, Dim n,
                        Dim width) {
  constexpr int kThreads = 32;  // few: the shares, not the columns, are what there is enough of
  const Shares shares = shares_of(n);
  const dim3 grid(count(divide_up(width / gpu::kPack, kThreads)), count(shares.count));
  gpu::column_sums<<<grid, kThreads, 0, stream>>>(partial, x, n, width, shares.each);
  check_launch("column_sums");
  const unsigned blocks = count(divide_up(width, gpu::kLanes));
  gpu::add_rows<<<blocks, gpu::kRowWarps * gpu::kLanes, 0, stream>>>(sums, nullptr, partial,
                                                                     shares.count, width);
  check_launch("add_rows");
}

void launch_attention_forward(cudaStream_t stream, Bf16* out, float* lse, const Bf16* qkv,
                              const AttentionShape& s) {
  gpu::attention_forward<<<attention_blocks(s), kAttentionThreads, 0, stream>>>(out, lse, qkv, s);
  check_launch("attention_forward");
}

void launch_attention_backward(cudaStream_t stream, Bf16* dqkv, const Bf16* dout, const Bf16* out,
                               const float* lse, const Bf16* qkv, const AttentionShape& s) {
  gpu::attention_query_gradient<<<attention_blocks(s), kAttentionThreads, 0, stream>>>(
      dqkv, dout, out, lse, qkv, s);
  check_launch("attention_query_gradient");
  gpu::attention_key_gradient<<<attention_blocks(s), kAttentionThreads, 0, stream>>>(
      dqkv, dout, out, lse, qkv, s);
  check_launch("attention_key_gradient");
}

void launch_loss_and_gradient(cudaStream_t stream, float* losses, Bf16* logits,
                              const std::uint16_t* tokens, Dim first, Dim positions,
                              const LmHeadShape& shape, const LossTerms& terms) {
  gpu::loss_and_gradient<<<count(positions), kHeadThreads, 0, stream>>>(losses, logits, tokens,
                                                                        first, shape, terms);
  check_launch("loss_and_gradient");
}

void launch_position_losses(cudaStream_t stream, float* losses, const Bf16* logits,
                            const std::uint16_t* tokens, Dim first, Dim positions,
                            const LmHeadShape& shape) {
  gpu::position_losses<<<count(positions), kHeadThreads, 0, stream>>>(losses, logits, tokens, first,
                                                                      shape);
  check_launch("position_losses");
}

void launch_add_sum(cudaStream_t stream, double* total, const float* x, Dim n, double scale) {
  gpu::sum_all<<<1, kSumThreads, 0, stream>>>(total, x, n, scale, true);
  check_launch("sum_all");
}

void launch_adamw(cudaStream_t stream, float* p, float* m, float* v, const float* g, Dim n,
                  const AdamWStep& step) {
  gpu::adamw<<<count(flat_blocks(n)), kFlatThreads, 0, stream>>>(
      p, m, v, g, quads_of(n, p, m, v, g), n, adamw_coefficients(step));
  check_launch("adamw");
}

void launch_sum_of_squares(cudaStream_t stream, double* total, double* partial, const float* x,
                           Dim n) {
  gpu::sum_of_squares<<<count(sum_blocks(n)), kSumThreads, 0, stream>>>(partial, x, quads_of(n, x),
                                                                        n);
  check_launch("sum_of_squares");
  gpu::sum_all<<<1, kSumThreads, 0, stream>>>(total, partial, sum_blocks(n), 1.0, false);
  check_launch("sum_all");
}

void launch_add(cudaStream_t stream, float* to, const float* x, Dim n) {
  gpu::add<<<count(flat_blocks(n)), kFlatThreads, 0, stream>>>(to, x, quads_of(n, to, x), n);
  check_launch("add");
}

void launch_scale(cudaStream_t stream, float* x, float factor, Dim n) {
  gpu::scale<<<count(flat_blocks(n)), kFlatThreads, 0, stream>>>(x, factor, quads_of(n, x), n);
  check_launch("scale");
}

void launch_to_bf16(cudaStream_t stream, Bf16* out, const float* x, Dim n) {
  gpu::to_bf16<<<count(flat_blocks(n)), kFlatThreads, 0, stream>>>(out, x, n);
  check_launch("to_bf16");
}

}  // namespace amt::cuda
