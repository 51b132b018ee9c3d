// An Ops in which bits flip, for tests of the checks that detect this.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>

#include "support/passing_ops.hpp"

namespace amt::test {

enum class FaultIn : std::uint8_t {
  kParameters,
  kFirstMoment,
  kSecondMoment,
  kGradient,
  kActivation
};

struct Fault {
  FaultIn in = FaultIn::kParameters;
  std::int64_t update = 0;  ///< the number of optimizer updates before the bits flip
  /// For gradients and activations: the linear-layer calls after that update in which bits flip.
  /// Other bits flip once, in the update itself.
  std::int64_t first_call = 0;
  std::int64_t calls = std::numeric_limits<std::int64_t>::max();
};

/// The CPU's fp32 Ops, which flips bits in its results if `here`.
class FaultyOps final : public Implement<FaultyOps, PassingOps, Operators> {
 public:
  FaultyOps(Ops& to, const Fault& fault, bool here) : Implement(to), fault_(fault), here_(here) {}

  template <class Op>
  void execute(const Op& op) {
    to_.run(op);
  }
  void execute(const AdamW& op) {
    to_.run(op);
    calls_ = 0;
    if (++updates_ != fault_.update) return;
    if (fault_.in == FaultIn::kParameters) flip(op.parameters);
    if (fault_.in == FaultIn::kFirstMoment) flip(op.first_moment);
    if (fault_.in == FaultIn::kSecondMoment) flip(op.second_moment);
  }
  void execute(const LinearForward& op) {
    to_.run(op);
    if (fault_.in == FaultIn::kActivation && strikes()) flip(reinterpret_cast<float*>(op.out));
  }
  void execute(const LinearBackward& op) {
    to_.run(op);
    if (fault_.in == FaultIn::kGradient && strikes()) flip(op.dweight);
  }

 private:
  bool strikes() {
    if (updates_ < fault_.update) return false;
    const std::int64_t call = calls_++;
    return call >= fault_.first_call && call - fault_.first_call < fault_.calls;
  }
  void flip(float* value) const {
    constexpr std::uint32_t kBit = 1u << 18;  // in the mantissa, so that the error is small
    if (here_) *value = std::bit_cast<float>(std::bit_cast<std::uint32_t>(*value) ^ kBit);
  }

  Fault fault_;
  bool here_;
  std::int64_t updates_ = 0, calls_ = 0;
};

}  // namespace amt::test
