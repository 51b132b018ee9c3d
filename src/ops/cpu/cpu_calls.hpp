// The compute calls of the CPU's Ops as functions, one file per idea. See amt/ops/ops.hpp for what
// they do; `threads` is how many they use. T is the type of activations and of the weights that
// products read: float or Bf16.
#pragma once

#include "amt/ops/ops.hpp"
#include "kernels/kernels.hpp"

namespace amt::cpu {

/// What the kernels need to make the mask of position i.
RowDropout row_dropout(const Dropout& dropout, Dim i, Dim width);

template <class T>
void embedding_forward(int threads, T* out, const std::uint16_t* tokens, const float* wte,
                       const float* wpe, Dim rows, Dim seq_len, Dim width, const Dropout& dropout);
template <class T>
void embedding_backward(int threads, float* dwte, float* dwpe, const T* dx,
                        const std::uint16_t* tokens, const std::int32_t* by_token, Dim rows,
                        Dim seq_len, Dim width, const Dropout& dropout);

template <class T>
void layernorm_forward(int threads, T* out, T* residual, float* mean, float* rstd, const T* x,
                       const T* y, const float* w, const float* b, Dim n, Dim width,
                       const Dropout& dropout);
template <class T>
void layernorm_backward(int threads, T* dresidual, T* dy, float* dw, float* db, const T* dout,
                        const T* residual, const float* mean, const float* rstd, const float* w,
                        Dim n, Dim width, bool add, const Dropout& dropout);

template <class T>
void linear_forward(int threads, T* out, T* pre, const T* x, const T* w, const float* b, Dim n,
                    Dim in_width, Dim out_width);
template <class T>
void linear_backward(int threads, T* dx, float* dw, float* db, const T* dout, const T* x,
                     const T* pre, const T* w, Dim n, Dim in_width, Dim out_width);

/// Floats of scratch that an attention call needs.
Dim attention_scratch(int threads, const AttentionShape& shape);
template <class T>
void attention_forward(int threads, float* scratch, T* out, float* lse, const T* qkv,
                       const AttentionShape& shape);
template <class T>
void attention_backward(int threads, float* scratch, T* dqkv, const T* dout, const T* out,
                        const float* lse, const T* qkv, const AttentionShape& shape);

/// Floats of scratch that an LM head call needs: the logits of one block of positions.
Dim lm_head_scratch(const LmHeadShape& shape);
template <class T>
void lm_head_train(int threads, float* scratch, double* loss, T* dx, float* dwte, const T* x,
                   const T* wte, const std::uint16_t* tokens, const LmHeadShape& shape,
                   const LossTerms& terms);
template <class T>
void lm_head_losses(int threads, float* scratch, float* losses, const T* x, const T* wte,
                    const std::uint16_t* tokens, const LmHeadShape& shape);
template <class T>
void lm_head_logits(float* logits, const T* x, const T* wte, const LmHeadShape& shape);

void adamw(int threads, float* p, float* m, float* v, const float* g, Dim n, const AdamWStep& step);
double sum_of_squares(int threads, const float* x, Dim n);
void add(int threads, float* to, const float* x, Dim n);
void scale(int threads, float* x, float factor, Dim n);
/// out = x, rounded
void to_bf16(int threads, Bf16* out, const float* x, Dim n);

}  // namespace amt::cpu
