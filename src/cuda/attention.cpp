#include "attention.hpp"

#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"
#include "launch.hpp"
#include "shapes.hpp"

namespace amt::cuda {
namespace {

#ifdef AMT_CUDNN_ATTENTION
std::unique_ptr<FusedAttention> start(CudaOps& ops) { return make_cudnn_attention(ops); }
#else
std::unique_ptr<FusedAttention> start(CudaOps&) {
  throw Error("the plug-in was built without cudnn-frontend");
}
#endif

Error no_cudnn(const std::string& why) {
  return Error(str_cat("cuDNN cannot compute this model's attention: ", why,
                       ": use --trainer.attention auto or plain"));
}

}  // namespace

AttentionChoice::AttentionChoice(CudaOps& ops, Attention asked) : ops_(ops), asked_(asked) {
  if (asked == Attention::kPlain) return;
  try {
    fused_ = start(ops);
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

bool AttentionChoice::fused(const AttentionShape& shape) {
  std::string why;
  if (fused_ && fused_->supports(shape, &why)) return true;
  if (asked_ == Attention::kCudnn) throw no_cudnn(why);
  if (fused_) why_not_ = why;
  if (shape.head_dim > kLargestHead) {
    throw Error(str_cat("a head of ", shape.head_dim, " channels is more than the ", kLargestHead,
                        " of the GPU's attention: raise model.num_heads, or use --device cpu"));
  }
  return false;
}

void AttentionChoice::forward(Bf16* out, float* lse, const Bf16* qkv, const AttentionShape& shape) {
  if (fused(shape)) return fused_->forward(out, lse, qkv, shape);
  launch_attention_forward(ops_.stream(), out, lse, qkv, shape);
}

void AttentionChoice::backward(Bf16* dqkv, const Bf16* dout, const Bf16* out, const float* lse,
                               const Bf16* qkv, const AttentionShape& shape) {
  if (fused(shape)) return fused_->backward(dqkv, dout, out, lse, qkv, shape);
  launch_attention_backward(ops_.stream(), dqkv, dout, out, lse, qkv, shape);
}

}  // namespace amt::cuda
