// Attention on a GPU: by cuDNN where it has a plan for the shape, else by the own kernels.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "amt/kernels/bf16.hpp"
#include "cuda_ops.hpp"

namespace amt::cuda {

using TypedAttentionForward = AttentionForwardOf<Bf16, float>;
using TypedAttentionBackward = AttentionBackwardOf<Bf16, float>;

enum class Direction : std::uint8_t { kForward, kBackward };

/// The operators on packed projections of whole rows. Error if it fails.
class FusedAttention {
 public:
  virtual ~FusedAttention() = default;
  /// "cuDNN 9.19.0"
  virtual std::string name() const = 0;
  /// True if the operator of this direction can compute the shape; else false and the reason in
  /// *why. What it finds out it keeps, so that each is asked for once.
  virtual bool supports(const AttentionShape& shape, Direction direction, std::string* why) = 0;
  /// For what is supported.
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
  /// "attention by cuDNN 9.19.0", "amt's own attention (why not cuDNN's)", "attention by
  /// cuDNN 9.19.0, its gradient by own kernels (why)": as far as is known.
  std::string description() const;
  /// See Plugin::prepare_attention.
  std::string prepare(const AttentionShape& shape, bool backward);
  void run(const TypedAttentionForward& op);
  void run(const TypedAttentionBackward& op);

 private:
  /// Each direction for itself: what the forward pass leaves is the same either way. Error if there
  /// is no way.
  bool fused(const AttentionShape& shape, Direction direction, bool packed);
  std::string& why_not(Direction direction) {
    return why_not_[static_cast<std::size_t>(direction)];
  }

  CudaOps& ops_;
  Attention asked_;
  std::unique_ptr<FusedAttention> fused_;
  std::string not_started_;             ///< why there is no cuDNN, where there could be
  std::array<std::string, 2> why_not_;  ///< of each direction: the last refusal
};

}  // namespace amt::cuda
