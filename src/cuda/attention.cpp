#include "attention.hpp"

#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"
#include "attention_layout.hpp"
#include "shapes.hpp"

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
    why_not_ = error.what();
  }
}

std::string AttentionChoice::description() const {
  if (asked_ == Attention::kPlain) return "own attention";
  if (!why_not_.empty()) return str_cat("own attention (", why_not_, ")");
  return str_cat("attention by ", fused_->name());
}

bool AttentionChoice::fused(const AttentionShape& shape, bool packed) {
  std::string why;
  if (packed) {
    if (fused_ && fused_->supports(shape, &why)) return true;
    if (asked_ == Attention::kCudnn) throw no_cudnn(why);
    if (fused_) why_not_ = why;
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
  if (fused(s, packed)) return fused_->run(op);
  launch_attention(ops_.stream(), op);
}

void AttentionChoice::run(const TypedAttentionBackward& op) {
  const AttentionShape& s = op.shape;
  const bool packed = is_packed(op.q, s) && is_packed(op.k, s) && is_packed(op.v, s) &&
                      is_packed(op.dq, s) && is_packed(op.dk, s) && is_packed(op.dv, s);
  if (fused(s, packed)) return fused_->run(op);
  launch_attention(ops_.stream(), op);
}

}  // namespace amt::cuda
