// The compute calls of the CPU's Ops as functions, one file per idea. See amt/ops/ops.hpp for what
// they do; `threads` is how many they use.
#pragma once

#include "amt/ops/ops.hpp"
#include "kernels/kernels.hpp"

namespace amt::cpu {

/// What the kernels need to make the mask of position i.
RowDropout row_dropout(const Dropout& dropout, Dim i, Dim width);

void embedding_forward(int threads, float* out, const std::uint16_t* tokens, const float* wte,
                       const float* wpe, Dim rows, Dim seq_len, Dim width, const Dropout& dropout);
void embedding_backward(int threads, float* dwte, float* dwpe, const float* dx,
                        const std::uint16_t* tokens, const std::int32_t* by_token, Dim rows,
                        Dim seq_len, Dim width, const Dropout& dropout);

void layernorm_forward(int threads, float* out, float* residual, float* mean, float* rstd,
                       const float* x, const float* y, const float* w, const float* b, Dim n,
                       Dim width, const Dropout& dropout);
void layernorm_backward(int threads, float* dresidual, float* dy, float* dw, float* db,
                        const float* dout, const float* residual, const float* mean,
                        const float* rstd, const float* w, Dim n, Dim width, bool add,
                        const Dropout& dropout);

void linear_forward(int threads, float* out, float* pre, const float* x, const float* w,
                    const float* b, Dim n, Dim in_width, Dim out_width);
void linear_backward(int threads, float* dx, float* dw, float* db, const float* dout,
                     const float* x, const float* pre, const float* w, Dim n, Dim in_width,
                     Dim out_width);

/// Floats of scratch that an attention call needs.
Dim attention_scratch(int threads, const AttentionShape& shape);
void attention_forward(int threads, float* scratch, float* out, float* lse, const float* qkv,
                       const AttentionShape& shape);
void attention_backward(int threads, float* scratch, float* dqkv, const float* dout,
                        const float* out, const float* lse, const float* qkv,
                        const AttentionShape& shape);

/// Floats of scratch that an LM head call needs: the logits of one block of positions.
Dim lm_head_scratch(const LmHeadShape& shape);
void lm_head_train(int threads, float* scratch, double* loss, float* dx, float* dwte,
                   const float* x, const float* wte, const std::uint16_t* tokens,
                   const LmHeadShape& shape, float scale);
void lm_head_losses(int threads, float* scratch, float* losses, const float* x, const float* wte,
                    const std::uint16_t* tokens, const LmHeadShape& shape);

void adamw(int threads, float* p, float* m, float* v, const float* g, Dim n, const AdamWStep& step);
double sum_of_squares(int threads, const float* x, Dim n);
void add(int threads, float* to, const float* x, Dim n);
void scale(int threads, float* x, float factor, Dim n);

}  // namespace amt::cpu
