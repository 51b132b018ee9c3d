// The slow, plain Ops with fp64 activations, which serves as the specification for all others.
#pragma once

#include <memory>

#include "amt/ops/ops.hpp"
#include "amt/ops/weights.hpp"
#include "src/cpu/host_memory.hpp"

namespace amt::test {

/// Uses one thread. Activations and sums are fp64; parameters and gradients are fp32, as in every
/// Ops.
class PlainOps final : public Implement<PlainOps, HostMemoryOps, Operators> {
 public:
  std::string description() const override { return "plain reference, fp64"; }
  std::size_t activation_bytes() const override { return sizeof(double); }
  void refresh_weights(const float* parameters, Dim count) override {
    weights_.at(parameters, count);
  }
  void forget_weights(const float* parameters) noexcept override { weights_.forget(parameters); }

  template <class Op>
  void execute(const Op& op) {
    for (const float* weights : weights_of(op)) weights_.of(weights);
    plain::run(typed<double>(op));
  }

 private:
  WeightRanges weights_;
};

inline std::unique_ptr<Ops> make_plain_ops() { return std::make_unique<PlainOps>(); }

}  // namespace amt::test
