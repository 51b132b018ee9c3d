#include "attention.hpp"

#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"
#include "amt/kernels/shapes.hpp"
#include "attention_layout.hpp"

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
  return Error(str_cat("cuDNN cannot compute this model's attention: ", why,
                       ": use --trainer.attention auto or plain"));
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
  if (asked_ == Attention::kPlain) return "own attention";
  const auto& [forward, backward] = why_not_;
  if (!fused_) return str_cat("own attention (", not_started_, ")");
  if (!forward.empty()) return str_cat("own attention (", forward, ")");
  const std::string fused = str_cat("attention by ", fused_->name());
  return backward.empty() ? fused
                          : str_cat(fused, ", its gradient by own kernels (", backward, ")");
}

std::string AttentionChoice::prepare(const AttentionShape& shape, bool backward) {
  std::string refusal;
  for (const Direction direction : {Direction::kForward, Direction::kBackward}) {
    if (direction == Direction::kBackward && !backward) break;
    if (fused(shape, direction, true) || asked_ == Attention::kPlain || !refusal.empty()) continue;
    refusal = str_cat("cuDNN cannot compute attention",
                      direction == Direction::kForward ? "" : "'s gradient", " (", shape.rows,
                      " rows of ", shape.key_len, " positions, ", shape.heads, " heads of ",
                      shape.head_dim, " channels): ", why_not(direction));
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
  if (shape.head_dim > kLargestHead) {
    throw Error(str_cat("a head of ", shape.head_dim, " channels is more than the ", kLargestHead,
                        " of the GPU's attention: raise model.num_heads, or use --device cpu"));
  }
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
