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

/// Nothing is known of an operator that is not named here.
template <class Op>
Work work_of(const Op&) {
  return {};
}
Work work_of(const EmbeddingForward& op);
Work work_of(const EmbeddingBackward& op);
Work work_of(const LayerNormForward& op);
Work work_of(const LayerNormBackward& op);
Work work_of(const LinearForward& op);
Work work_of(const LinearBackward& op);
/// Causal: half of the scores.
Work work_of(const AttentionForward& op);
Work work_of(const AttentionBackward& op);
/// Logits are counted as never leaving the chip.
Work work_of(const LmHeadTrain& op);
Work work_of(const AdamW& op);
/// With the copy of the weights; its products read and write activations.
Work work_of(const Muon& op);
Work work_of(const SumOfSquares& op);

/// Seconds that the work takes where nothing but the products' rate (FLOP/s) and the memory's
/// (bytes/s) limits it; a rate of 0 is not known and limits nothing.
double roof_seconds(const Work& work, double flops_per_second, double bytes_per_second);

}  // namespace amt
