// Attention on a GPU: by cuDNN if it has a plan for the shape, otherwise by amt's own kernels.
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

/// A library's attention on packed projections of whole rows. Throws an Error if a call fails.
class FusedAttention {
 public:
  virtual ~FusedAttention() = default;
  /// Returns, for example, "cuDNN 9.19.0".
  virtual std::string name() const = 0;
  /// Returns true if the library can compute this direction of the shape, else false with the
  /// reason in *why. Caches the answer, so that the library is asked only once.
  virtual bool supports(const AttentionShape& shape, Direction direction, std::string* why) = 0;
  /// Runs an operator with a supported shape.
  virtual void run(const TypedAttentionForward& op) = 0;
  virtual void run(const TypedAttentionBackward& op) = 0;
};

/// Creates cuDNN's attention. If `deterministic`, the backward pass computes its sums in a fixed
/// order. Throws an Error if cuDNN cannot be started. Defined only if AMT_CUDNN_ATTENTION is.
std::unique_ptr<FusedAttention> make_cudnn_attention(CudaOps& ops, bool deterministic);

/// Launch amt's own kernels.
void launch_attention(cudaStream_t stream, const TypedAttentionForward& op);
void launch_attention(cudaStream_t stream, const TypedAttentionBackward& op);

/// Chooses between cuDNN and amt's own kernels according to Attention. Tensors that are not packed,
/// or have fewer queries than keys, always use amt's own kernels.
class AttentionChoice {
 public:
  /// Throws an Error if kCudnn is requested but cuDNN is not available.
  AttentionChoice(CudaOps& ops, Attention asked, bool deterministic);
  /// Returns "attention by cuDNN 9.19.0", "amt's own attention (why not cuDNN's)" or "attention by
  /// cuDNN 9.19.0, its gradient by amt's own kernels (why)", from the shapes seen so far.
  std::string description() const;
  /// See Plugin::prepare_attention.
  std::string prepare(const AttentionShape& shape, bool backward);
  void run(const TypedAttentionForward& op);
  void run(const TypedAttentionBackward& op);

 private:
  /// Returns whether cuDNN computes this direction. The directions are independent, because the
  /// forward pass stores the same data either way. Throws an Error if neither can compute it.
  bool fused(const AttentionShape& shape, Direction direction, bool packed);
  std::string& why_not(Direction direction) {
    return why_not_[static_cast<std::size_t>(direction)];
  }

  CudaOps& ops_;
  Attention asked_;
  std::unique_ptr<FusedAttention> fused_;
  std::string not_started_;             ///< why cuDNN is not used although it is allowed
  std::array<std::string, 2> why_not_;  ///< cuDNN's last reason, per direction
};

}  // namespace amt::cuda
