#include "matmul.hpp"

#include <fmt/core.h>

#include <limits>
#include <optional>

#include "amt/base/error.hpp"
#include "cublaslt_product.hpp"
#include "cublaslt_terms.hpp"
#include "gelu.hpp"

namespace amt::cuda {
namespace {

constexpr int kTimedLaunches = 3;
/// The name, among a product's proposals, of the product without GELU followed by a GELU kernel.
constexpr const char* kApart = "GELU apart";

void check_alignment(const MatmulPlan& plan, const MatmulOperands& o) {
  for (const void* operand :
       {o.a, o.b, static_cast<const void*>(o.d), o.bias, static_cast<const void*>(o.aux)}) {
    if (reinterpret_cast<std::uintptr_t>(operand) % kOperandAlignment == 0) continue;
    throw Error(
        fmt::format("{} was given memory that is not aligned to {} bytes: this is a bug in "
                    "amt, please report it",
                    description_of(plan), kOperandAlignment));
  }
}

}  // namespace

struct Matmul::Prepared {
  BlasProduct product;
  std::optional<cublasLtMatmulAlgo_t>
      algorithm;  ///< none: a product without GELU and a separate kernel
};

/// Times ways to compute a product that is about to be run. A trial may overwrite outputs that the
/// product itself will overwrite, but not a sum to which the product adds.
class Matmul::Trial {
 public:
  Trial(CudaOps& ops, const MatmulPlan& plan, const MatmulOperands& operands)
      : operands_(operands), timer_(ops.make_timer()) {
    if (!plan.accumulate) return;
    const StoredMatrix d = stored_d(plan);
    try {
      sums_ = Buffer::floats(ops, d.columns * d.leading);
      sums_.zero();
    } catch (const Error&) {  // not enough memory for timing
    }
    operands_.d = sums_.as<void>();
  }

  /// Returns the time of several consecutive launches, so that each finds its operands in the cache
  /// as the previous one left them. Infinite if `launch(operands)` returns false.
  template <class Launch>
  double seconds(const Launch& launch) {
    constexpr double kNever = std::numeric_limits<double>::infinity();
    if (operands_.d == nullptr) return kNever;
    timer_->start();
    for (int i = 0; i < kTimedLaunches; ++i) {
      if (!launch(operands_)) return kNever;
    }
    timer_->stop();
    return timer_->seconds();
  }

 private:
  MatmulOperands operands_;
  Buffer sums_;
  std::unique_ptr<DeviceTimer> timer_;
};

Matmul::Matmul(CudaOps& ops, ProductChoice& choice)
    : ops_(ops), choice_(choice), library_(std::make_unique<BlasLibrary>(ops)) {}

Matmul::~Matmul() = default;

std::string Matmul::version() { return BlasLibrary::version(); }

const Matmul::Prepared& Matmul::prepared(const MatmulPlan& plan, const MatmulOperands& operands) {
  const auto known = plans_.find(plan);
  if (known != plans_.end()) return known->second;
  Prepared made{BlasProduct(plan), {}};
  const auto found = made.product.proposals(*library_);
  std::vector<std::string> names;
  for (const auto& algorithm : found) names.push_back(name_of(algorithm));
  if (has_gelu(plan.epilogue)) names.emplace_back(kApart);
  check_blas(names.empty() ? CUBLAS_STATUS_NOT_SUPPORTED : CUBLAS_STATUS_SUCCESS,
             "no algorithm for " + description_of(plan));
  std::optional<Trial> trial;
  const std::size_t chosen = choice_.choose(plan, names, [&](std::size_t i) {
    if (!trial) trial.emplace(ops_, plan, operands);
    return trial->seconds([&](const MatmulOperands& o) {
      if (i < found.size()) {
        return made.product.launch(*library_, found[i], o) == CUBLAS_STATUS_SUCCESS;
      }
      run_apart(plan, o);
      return true;
    });
  });
  if (chosen < found.size()) made.algorithm = found[chosen];
  return plans_.emplace(plan, std::move(made)).first->second;
}

void Matmul::run(const MatmulPlan& plan, const MatmulOperands& operands) {
  check_alignment(plan, operands);
  const Prepared& p = prepared(plan, operands);
  if (!p.algorithm) return run_apart(plan, operands);
  const cublasStatus_t status = p.product.launch(*library_, *p.algorithm, operands);
  if (status != CUBLAS_STATUS_SUCCESS) check_blas(status, description_of(plan));
}

/// Runs the product without its GELU, then the GELU in place.
void Matmul::run_apart(const MatmulPlan& plan, const MatmulOperands& o) {
  auto* const d = static_cast<Bf16*>(o.d);
  auto* const aux = static_cast<Bf16*>(o.aux);
  const Dim count = plan.m * plan.n;
  if (plan.epilogue == Epilogue::kGeluAuxBias) {
    run(without_gelu(plan), {o.a, o.b, aux, o.bias});
    return launch_gelu_forward(ops_.stream(), d, aux, count);
  }
  run(without_gelu(plan), {o.a, o.b, d});
  launch_gelu_backward(ops_.stream(), d, aux, count);
}

}  // namespace amt::cuda
