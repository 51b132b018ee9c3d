// What the GPU's operators use besides their arguments.
#pragma once

#include "amt/kernels/bf16.hpp"
#include "amt/ops/weights.hpp"
#include "attention.hpp"
#include "device_memory.hpp"
#include "matmul.hpp"

namespace amt::cuda {

/// Of one device; everything is queued on its stream. `ops` must outlive it.
struct Context {
  /// logits_bytes: of the LM head's logits at most at once.
  Context(CudaOps& ops, const OpsOptions& options, Dim logits_bytes_);

  cudaStream_t stream() const { return ops.stream(); }
  /// Weights as products read them. Error if they are not in what was last refreshed.
  const Bf16* weights(const float* weights) const;
  void refresh_weights(const float* parameters, Dim count);

  CudaOps& ops;
  Dim logits_bytes;
  WeightRanges weight_ranges;
  Scratch partial;  ///< sums of shares, within a call
  Scratch logits;
  Scratch by_token;
  ProductChoice products;
  Matmul matmul;
  AttentionChoice attention;
  Pinned sum;  ///< one double
};

/// UsageError unless the kernels can take rows of this width.
void check_width(Dim width);

}  // namespace amt::cuda
