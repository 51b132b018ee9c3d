// One function per kernel: it chooses grid and template, launches on a stream, and throws if the
// launch fails. What they compute: amt/ops/ops.hpp and kernels/*.cuh. Widths are multiples of 8.
// C++17.
#pragma once

#include <cuda_bf16.h>
#include <cuda_runtime_api.h>

#include "amt/ops/ops.hpp"

namespace amt::cuda {

using Bf16 = __nv_bfloat16;

void launch_embedding_forward(cudaStream_t stream, Bf16* out, const std::uint16_t* tokens,
                              const float* wte, const float* wpe, Dim n, Dim seq_len, Dim width,
                              const Dropout& dropout);
void launch_position_gradient(cudaStream_t stream, float* dwpe, const Bf16* dx, Dim rows,
                              Dim seq_len, Dim width, const Dropout& dropout);
/// partial: 2 x token_pieces(n) x width floats
void launch_token_gradient(cudaStream_t stream, float* dwte, float* partial, const Bf16* dx,
                           const std::uint16_t* tokens, const std::int32_t* by_token, Dim n,
                           Dim width, const Dropout& dropout);

void launch_layernorm_forward(cudaStream_t stream, Bf16* out, Bf16* residual, float* mean,
                              float* rstd, const Bf16* x, const Bf16* y, const float* w,
                              const float* b, Dim n, Dim width, const Dropout& dropout);
/// partial [shares_of(n).count, 2, width]: sums of dw and db, still to be added up
void launch_layernorm_backward(cudaStream_t stream, Bf16* dresidual, Bf16* dy, float* partial,
                               const Bf16* dout, const Bf16* residual, const float* mean,
                               const float* rstd, const float* w, Dim n, Dim width, bool add,
                               const Dropout& dropout);

/// first, second [width] += sums over partial [count, 2, width]
void launch_add_pairs(cudaStream_t stream, float* first, float* second, const float* partial,
                      Dim count, Dim width);
/// sums [width] += column sums of x [n, width]; partial: shares_of(n).count x width floats
void launch_column_sums(cudaStream_t stream, float* sums, float* partial, const Bf16* x, Dim n,
                        Dim width);

void launch_attention_forward(cudaStream_t stream, Bf16* out, float* lse, const Bf16* qkv,
                              const AttentionShape& shape);
void launch_attention_backward(cudaStream_t stream, Bf16* dqkv, const Bf16* dout, const Bf16* out,
                               const float* lse, const Bf16* qkv, const AttentionShape& shape);

/// Positions [first, first + count): their logits [count, padded_vocab] become the gradient,
/// losses [count] what LossTerms says, without its scale.
void launch_loss_and_gradient(cudaStream_t stream, float* losses, Bf16* logits,
                              const std::uint16_t* tokens, Dim first, Dim count,
                              const LmHeadShape& shape, const LossTerms& terms);
/// Of the same positions, losses [rows, seq_len - 1] = -log p.
void launch_position_losses(cudaStream_t stream, float* losses, const Bf16* logits,
                            const std::uint16_t* tokens, Dim first, Dim count,
                            const LmHeadShape& shape);
/// *total += scale x the sum of x [n]
void launch_add_sum(cudaStream_t stream, double* total, const float* x, Dim n, double scale);

void launch_adamw(cudaStream_t stream, float* p, float* m, float* v, const float* g, Dim n,
                  const AdamWStep& step);
/// *total = sum of squares of x [n]; partial: sum_blocks(n) doubles
void launch_sum_of_squares(cudaStream_t stream, double* total, double* partial, const float* x,
                           Dim n);
void launch_add(cudaStream_t stream, float* to, const float* x, Dim n);
void launch_scale(cudaStream_t stream, float* x, float factor, Dim n);
/// Both aligned to 16 bytes.
void launch_to_bf16(cudaStream_t stream, Bf16* out, const float* x, Dim n);

}  // namespace amt::cuda
