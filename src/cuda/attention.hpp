// Attention on a GPU: by cuDNN where it has a plan for the shape, else by the own kernels.
#pragma once

#include <memory>
#include <string>

#include "bf16.hpp"
#include "cuda_ops.hpp"

namespace amt::cuda {

using TypedAttentionForward = AttentionForwardOf<Bf16, float>;
using TypedAttentionBackward = AttentionBackwardOf<Bf16, float>;

/// The operators on packed projections of whole rows. Error if it fails.
class FusedAttention {
 public:
  virtual ~FusedAttention() = default;
  /// "cuDNN 9.19.0"
  virtual std::string name() const = 0;
  /// True if both directions can be computed; else false and the reason in *why. What it finds out
  /// it keeps, so that each shape is asked for once.
  virtual bool supports(const AttentionShape& shape, std::string* why) = 0;
  /// For shapes that are supported.
  virtual void run(const TypedAttentionForward& op) = 0;
  virtual void run(const TypedAttentionBackward& op) = 0;
};

/// cuDNN's; deterministic: the backward pass adds in a fixed order. Error if cuDNN cannot be
/// started. Only where AMT_CUDNN_ATTENTION is defined.
std::unique_ptr<FusedAttention> make_cudnn_attention(CudaOps& ops, bool deterministic);

/// The own kernels.
void launch_attention(cudaStream_t stream, const TypedAttentionForward& op);
void launch_attention(cudaStream_t stream, const TypedAttentionBackward& op);

/// Chooses between the two as Attention says. What is not packed, or has fewer queries than keys,
/// is left to the own kernels whatever it says.
class AttentionChoice {
 public:
  /// Error if cuDNN is asked for and cannot be had.
  AttentionChoice(CudaOps& ops, Attention asked, bool deterministic);
  /// "attention by cuDNN 9.19.0", "own attention (cuDNN: why not)"
  std::string description() const;
  void run(const TypedAttentionForward& op);
  void run(const TypedAttentionBackward& op);

 private:
  /// Both directions of a shape take the same way. Error if there is none.
  bool fused(const AttentionShape& shape, bool packed);

  CudaOps& ops_;
  Attention asked_;
  std::unique_ptr<FusedAttention> fused_;
  std::string why_not_;  ///< of the last shape, or of all, that cuDNN could not take
};

}  // namespace amt::cuda
