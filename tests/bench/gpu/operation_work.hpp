// What an operation must at least compute and move: the roof that its time is compared with.
#pragma once

#include "amt/ops/ops.hpp"

namespace amt {

/// Floating-point operations of matrix products, and bytes read and written if each array crosses
/// the memory bus once. Activations and the products' weights are bf16, 2 bytes; parameters,
/// gradients and moments 4.
struct Work {
  double flops = 0, bytes = 0;
};

Work embedding_forward_work(Dim n, Dim width);
Work embedding_backward_work(Dim n, Dim width);
Work layernorm_forward_work(Dim n, Dim width, bool with_y);
Work layernorm_backward_work(Dim n, Dim width, bool with_dy, bool add);
Work linear_forward_work(Dim n, Dim in, Dim out, bool gelu);
Work linear_backward_work(Dim n, Dim in, Dim out, bool gelu);
/// Causal: half of the scores.
Work attention_forward_work(const AttentionShape& shape);
Work attention_backward_work(const AttentionShape& shape);
/// Logits are counted as never leaving the chip.
Work lm_head_train_work(const LmHeadShape& shape);
Work adamw_work(Dim n);

/// Seconds that the work takes where nothing but the products' rate (FLOP/s) and the memory's
/// (bytes/s) limits it; a rate of 0 is not known and limits nothing.
double roof_seconds(const Work& work, double flops_per_second, double bytes_per_second);

}  // namespace amt
