#include "cuda_ops.hpp"

#include <fmt/core.h>

#include "context.hpp"
#include "graph.hpp"

namespace amt::cuda {
namespace {

class GpuOps final : public Implement<GpuOps, DeviceMemoryOps, Operators> {
 public:
  GpuOps(const OpsOptions& options, Dim logits_bytes)
      : Implement(options.device),
        deterministic_(options.deterministic),
        context_(*this, options, logits_bytes) {}

  std::string description() const override {
    return fmt::format("{} (device {}), bf16, cuBLASLt {}, {}", device_name(device()), device(),
                       Matmul::version(), context_.attention.description());
  }
  bool deterministic() const override { return deterministic_; }
  std::string prepare_attention(const AttentionShape& shape, bool backward) override {
    const Call call(device(), "prepare_attention");
    return context_.attention.prepare(shape, backward);
  }
  std::size_t activation_bytes() const override { return sizeof(Bf16); }
  AlgorithmChoice* algorithms() override { return &context_.products; }

  void refresh_weights(const float* parameters, Dim count) override {
    const Call call(device(), "refresh_weights");
    context_.refresh_weights(parameters, count);
  }
  void forget_weights(const float* parameters) noexcept override {
    context_.weight_ranges.forget(parameters);
  }

  std::unique_ptr<Recording> record(const std::function<void()>& work) override {
    const Call call(device(), "record");
    return record_graph(device(), stream(), work);
  }

  template <class Op>
  void execute(const Op& op) {
    const Call call(device(), Op::kName);
    cuda::run(context_, op);
  }

 private:
  bool deterministic_;
  Context context_;
};

}  // namespace

std::unique_ptr<CudaOps> make_cuda_ops(const OpsOptions& options, Dim logits_bytes) {
  return std::make_unique<GpuOps>(options, logits_bytes);
}

}  // namespace amt::cuda
