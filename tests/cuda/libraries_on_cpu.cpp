// In the place of cuBLASLt and cuDNN: the plans by the interpreter, attention by the own kernels.
#include "fake_cuda.hpp"
#include "matmul_interpreter.hpp"
#include "src/cuda/attention.hpp"
#include "src/cuda/matmul.hpp"

namespace amt::cuda {

struct Matmul::Library {};
struct Matmul::Prepared {};

Matmul::Matmul(CudaOps&, ProductChoice& choice) : choice_(choice) {}
Matmul::~Matmul() = default;
std::string Matmul::version() { return "none"; }

void Matmul::run(const MatmulPlan& plan, const MatmulOperands& o) {
  fake::finish();
  const auto* a = static_cast<const Bf16*>(o.a);
  const auto* b = static_cast<const Bf16*>(o.b);
  const auto* bias = static_cast<const Bf16*>(o.bias);
  auto* aux = static_cast<Bf16*>(o.aux);
  if (plan.output == Element::kFloat) {
    execute(plan, a, b, static_cast<float*>(o.d), bias, aux);
  } else {
    execute(plan, a, b, static_cast<Bf16*>(o.d), bias, aux);
  }
}

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
