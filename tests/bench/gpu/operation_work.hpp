// The minimum work of each operation, in FLOPs and bytes, from which its roofline is computed.
#pragma once

#include "amt/ops/ops.hpp"

namespace amt {

/// Floating-point operations of matrix products, and bytes read and written if each array crosses
/// the memory bus once. Activations and the products' weights are bf16 (2 bytes); parameters,
/// gradients and moments have 4 bytes.
struct Work {
  double flops = 0, bytes = 0;
};

/// The work of operators without an overload below is unknown.
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
/// Attention is causal, so only half of the scores are computed.
Work work_of(const AttentionForward& op);
Work work_of(const AttentionBackward& op);
/// Assumes that the logits never leave the chip.
Work work_of(const LmHeadTrain& op);
Work work_of(const AdamW& op);
/// Includes writing the copy of the weights. Its products read and write activations.
Work work_of(const Muon& op);
Work work_of(const SumOfSquares& op);

/// Returns the seconds that the work takes at the given rates of products (FLOP/s) and of memory
/// (bytes/s). A rate of 0 is unknown and sets no limit.
double roof_seconds(const Work& work, double flops_per_second, double bytes_per_second);

}  // namespace amt
