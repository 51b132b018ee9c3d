// The resources of the GPU's operators.
#pragma once

#include "amt/kernels/bf16.hpp"
#include "amt/ops/weights.hpp"
#include "attention.hpp"
#include "device_memory.hpp"
#include "matmul.hpp"

namespace amt::cuda {

/// The resources of one device; all work is queued on its stream. `ops` must outlive it.
struct Context {
  /// logits_bytes: the largest amount of memory for the LM head's logits at a time.
  Context(CudaOps& ops, const OpsOptions& options, Dim logits_bytes_);

  cudaStream_t stream() const { return ops.stream(); }
  /// Returns weights in the form that products read. Throws an Error if they were not refreshed.
  const Bf16* weights(const float* weights) const;
  void refresh_weights(const float* parameters, Dim count);

  CudaOps& ops;
  Dim logits_bytes;
  WeightRanges weight_ranges;
  Scratch partial;  ///< partial sums within a call
  Scratch logits;
  Scratch by_token;
  ProductChoice products;
  Matmul matmul;
  AttentionChoice attention;
  Pinned sum;  ///< one double
};

/// Throws a UsageError unless the kernels support rows of this width.
void check_width(Dim width);
/// Throws an Error unless amt's own attention supports heads of this many channels.
void check_head(Dim head_dim);

}  // namespace amt::cuda
