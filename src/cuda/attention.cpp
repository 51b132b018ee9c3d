#include "attention.hpp"

#include <fmt/core.h>

#include "amt/base/error.hpp"
#include "attention_layout.hpp"
#include "context.hpp"

namespace amt::cuda {
namespace {

#ifdef AMT_CUDNN_ATTENTION
std::unique_ptr<FusedAttention> start(CudaOps& ops, bool deterministic) {
  return make_cudnn_attention(ops, deterministic);
}
#else
std::unique_ptr<FusedAttention> start(CudaOps&, bool) {
  throw Error("the plug-in was built without cudnn-frontend");
}
#endif

Error no_cudnn(const std::string& why) {
  return Error(
      fmt::format("cuDNN cannot compute this model's attention: {}: use "
                  "--trainer.attention auto or plain",
                  why));
}

}  // namespace

AttentionChoice::AttentionChoice(CudaOps& ops, Attention asked, bool deterministic)
    : ops_(ops), asked_(asked) {
  if (asked == Attention::kPlain) return;
  try {
    fused_ = start(ops, deterministic);
  } catch (const Error& error) {
    if (asked == Attention::kCudnn) throw no_cudnn(error.what());
    not_started_ = error.what();
  }
}

std::string AttentionChoice::description() const {
  if (asked_ == Attention::kPlain) return "amt's own attention";
  const auto& [forward, backward] = why_not_;
  if (!fused_) return fmt::format("amt's own attention ({})", not_started_);
  if (!forward.empty()) return fmt::format("amt's own attention ({})", forward);
  const std::string fused = fmt::format("attention by {}", fused_->name());
  return backward.empty()
             ? fused
             : fmt::format("{}, its gradient by amt's own kernels ({})", fused, backward);
}

std::string AttentionChoice::prepare(const AttentionShape& shape, bool backward) {
  std::string refusal;
  for (const Direction direction : {Direction::kForward, Direction::kBackward}) {
    if (direction == Direction::kBackward && !backward) break;
    if (fused(shape, direction, true) || asked_ == Attention::kPlain || !refusal.empty()) continue;
    refusal = fmt::format(
        "cuDNN cannot compute attention{} ({} rows of {} positions, {} heads "
        "of {} channels): {}",
        direction == Direction::kForward ? "" : "'s gradient", shape.rows, shape.key_len,
        shape.heads, shape.head_dim, why_not(direction));
  }
  return refusal;
}

bool AttentionChoice::fused(const AttentionShape& shape, Direction direction, bool packed) {
  if (packed) {
    std::string why = not_started_;
    if (fused_ && fused_->supports(shape, direction, &why)) return true;
    if (asked_ == Attention::kCudnn) throw no_cudnn(why);
    why_not(direction) = why;
  }
  check_head(shape.head_dim);
  return false;
}

void AttentionChoice::run(const TypedAttentionForward& op) {
  const AttentionShape& s = op.shape;
  const bool packed = is_packed(op.q, s) && is_packed(op.k, s) && is_packed(op.v, s);
  if (fused(s, Direction::kForward, packed)) return fused_->run(op);
  launch_attention(ops_.stream(), op);
}

void AttentionChoice::run(const TypedAttentionBackward& op) {
  const AttentionShape& s = op.shape;
  const bool packed = is_packed(op.q, s) && is_packed(op.k, s) && is_packed(op.v, s) &&
                      is_packed(op.dq, s) && is_packed(op.dk, s) && is_packed(op.dv, s);
  if (fused(s, Direction::kBackward, packed)) return fused_->run(op);
  launch_attention(ops_.stream(), op);
}

}  // namespace amt::cuda
