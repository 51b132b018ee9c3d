// A fake cuDNN whose attention is computed by our own kernels.
#include "fake_cuda.hpp"
#include "src/cuda/attention.hpp"

namespace amt::cuda {

namespace {

class Fused final : public FusedAttention {
 public:
  explicit Fused(CudaOps& ops) : ops_(ops) {}
  std::string name() const override { return "cuDNN"; }
  bool supports(const AttentionShape&, Direction direction, std::string* why) override {
    fake::Device& device = fake::device();
    const bool forward = direction == Direction::kForward;
    ++(forward ? device.asked_forward : device.asked_backward);
    const char* lacks = device.cudnn_lacks;
    if (lacks == nullptr && !forward) lacks = device.cudnn_lacks_backward;
    if (lacks != nullptr) *why = lacks;
    return lacks == nullptr;
  }
  void run(const TypedAttentionForward& op) override {
    ++fake::device().fused_calls;
    launch_attention(ops_.stream(), op);
  }
  void run(const TypedAttentionBackward& op) override {
    ++fake::device().fused_calls;
    launch_attention(ops_.stream(), op);
  }

 private:
  CudaOps& ops_;
};

}  // namespace

std::unique_ptr<FusedAttention> make_cudnn_attention(CudaOps& ops, bool) {
  return std::make_unique<Fused>(ops);
}

}  // namespace amt::cuda
