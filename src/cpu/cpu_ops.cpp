#include "amt/cpu/cpu_ops.hpp"

#include <fmt/core.h>

#include <type_traits>

#include "amt/base/strings.hpp"
#include "amt/gemm/gemm.hpp"
#include "base/context.hpp"
#include "base/instruction_sets.hpp"
#include "host_memory.hpp"

namespace amt {
namespace {

/// T is the type of activations: float or Bf16.
template <class T>
class CpuOps final : public Implement<CpuOps<T>, HostMemoryOps, Operators> {
 public:
  CpuOps(int threads, bool int8)
      : context_(*this, threads == 0 ? omp_get_max_threads() : threads, int8) {}

  std::string description() const override {
    const int threads = context_.threads();
    return fmt::format("CPU, {}, {}{}{}, {}", counted(threads, "thread"),
                       std::is_same_v<T, float> ? "fp32, " : "bf16, ",
                       context_.int8() ? "int8 weights, " : "", gemm_library(),
                       cpu::instruction_set_name());
  }
  std::size_t activation_bytes() const override { return sizeof(T); }
  void refresh_weights(const float* parameters, Dim count) override {
    context_.refresh_weights(parameters, count);
  }
  void forget_weights(const float* parameters) noexcept override {
    context_.forget_weights(parameters);
  }

  template <class Op>
  void execute(const Op& op) {
    cpu::run(context_, typed<T>(op));
  }

 private:
  cpu::Context<T> context_;
};

}  // namespace

std::size_t cpu_scratch_bytes(Precision precision, Dim vocab, Dim positions, Dim parameters) {
  const Dim copy = precision == Precision::kBf16 ? parameters : 0;
  return cpu::lm_head_scratch(positions, vocab) * sizeof(float) + copy * sizeof(Bf16);
}

Bf16Support bf16_support() { return bf16_products(); }

std::unique_ptr<Ops> make_cpu_ops(int threads, Precision precision, bool int8) {
  if (threads < 0) throw UsageError(fmt::format("a CPU device cannot have {} threads", threads));
  cpu::instruction_set();  // may throw, which is better here than inside a parallel loop
  if (precision == Precision::kF32) return std::make_unique<CpuOps<float>>(threads, int8);
  if (bf16_support() == Bf16Support::kNone) {
    throw UsageError(
        "this CPU has no instructions for bf16 products (AVX512-BF16 or AMX); use --trainer.mp "
        "f32");
  }
  return std::make_unique<CpuOps<Bf16>>(threads, int8);
}

}  // namespace amt
