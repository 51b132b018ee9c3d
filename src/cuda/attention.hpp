// Attention on a GPU: by cuDNN where it has a plan for the shape, else by the own kernels.
#pragma once

#include <cuda_bf16.h>

#include <memory>
#include <string>

#include "cuda_ops.hpp"

namespace amt::cuda {

using Bf16 = __nv_bfloat16;

/// As the calls of Ops. Error if it fails.
class FusedAttention {
 public:
  virtual ~FusedAttention() = default;
  /// "cuDNN 9.19.0"
  virtual std::string name() const = 0;
  /// True if both directions can be computed; else false and the reason in *why. What it finds out
  /// it keeps, so that each shape is asked for once.
  virtual bool supports(const AttentionShape& shape, std::string* why) = 0;
  /// For shapes that are supported.
  virtual void forward(Bf16* out, float* lse, const Bf16* qkv, const AttentionShape& shape) = 0;
  virtual void backward(Bf16* dqkv, const Bf16* dout, const Bf16* out, const float* lse,
                        const Bf16* qkv, const AttentionShape& shape) = 0;
};

/// cuDNN's. Error if cuDNN cannot be started. Only where AMT_CUDNN_ATTENTION is defined.
std::unique_ptr<FusedAttention> make_cudnn_attention(CudaOps& ops);

/// Chooses between the two as Attention says.
class AttentionChoice {
 public:
  /// Error if cuDNN is asked for and cannot be had.
  AttentionChoice(CudaOps& ops, Attention asked);
  /// "attention by cuDNN 9.19.0", "own attention (cuDNN: why not)"
  std::string description() const;
  void forward(Bf16* out, float* lse, const Bf16* qkv, const AttentionShape& shape);
  void backward(Bf16* dqkv, const Bf16* dout, const Bf16* out, const float* lse, const Bf16* qkv,
                const AttentionShape& shape);

 private:
  /// Both directions of a shape take the same way. Error if there is none.
  bool fused(const AttentionShape& shape);

  CudaOps& ops_;
  Attention asked_;
  std::unique_ptr<FusedAttention> fused_;
  std::string why_not_;  ///< of the last shape, or of all, that cuDNN could not take
};

}  // namespace amt::cuda
