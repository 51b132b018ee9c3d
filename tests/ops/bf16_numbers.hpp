// bf16 data and a fixture for tests of the CPU's bf16 Ops.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "amt/cpu/cpu_ops.hpp"
#include "numbers.hpp"
#include "src/cpu/rows.hpp"

namespace amt::test {

inline constexpr double kRounding = 1.0 / 256;  // the largest relative error of one rounding

inline std::vector<Bf16> narrow(const std::vector<float>& x) {
  std::vector<Bf16> out(x.size());
  cpu::to_bf16(out.data(), x.data(), static_cast<Dim>(x.size()));
  return out;
}
inline std::vector<float> widen(const std::vector<Bf16>& x) {
  std::vector<float> out(x.size());
  cpu::to_float(out.data(), x.data(), static_cast<Dim>(x.size()));
  return out;
}
inline Activation* act(std::vector<Bf16>& x) { return reinterpret_cast<Activation*>(x.data()); }
inline const Activation* act(const std::vector<Bf16>& x) {
  return reinterpret_cast<const Activation*>(x.data());
}

/// Normally distributed numbers, exact in bf16, as bf16 and as double.
struct Numbers {
  Numbers(Dim n, std::uint64_t seed, double deviation = 1)
      : bf16(narrow(normal<float>(n, seed, deviation))),
        fp32(widen(bf16)),
        fp64(convert<double>(fp32)) {}
  std::vector<Bf16> bf16;
  std::vector<float> fp32;
  std::vector<double> fp64;
};

/// Returns n activations that are NaN (0xffff) until they are written.
inline std::vector<Bf16> results(Dim n) { return std::vector<Bf16>(std::size_t(n), Bf16{0xffff}); }

class Bf16Ops : public testing::Test {
 protected:
  void SetUp() override {
    if (bf16_support() == Bf16Support::kNone) GTEST_SKIP() << "this CPU has no bf16 instructions";
    ops_ = make_cpu_ops(2, Precision::kBf16);
  }
  std::unique_ptr<Ops> ops_;
};

}  // namespace amt::test
