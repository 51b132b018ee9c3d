// Helpers for tests of CUDA kernels on the CPU: bf16 activations, arrays with guarded ends, and the
// list of thread orders.
#pragma once

#include "cuda_on_cpu.hpp"
// Must follow cuda_on_cpu.hpp, which defines the CUDA keywords that these headers need.
#include <cuda_bf16.h>

#include <cmath>
#include <string>

#include "ops/numbers.hpp"

namespace amt::gpu {

using test::convert;
using test::distance;
using test::normal;
using test::random_tokens;

inline constexpr Order kOrders[] = {Order::kUpwards, Order::kDownwards, Order::kShuffled};

/// The largest relative error of one rounding to bf16.
inline constexpr double kRounding = 1.0 / 256;

/// An array of n numbers for a kernel, between two fences. A fence consists of large numbers, which
/// spoil the results of a kernel that reads them; fences_intact() detects a kernel that changes
/// them. The array itself is filled with NaN unless values are given.
template <class T>
class Array {
 public:
  explicit Array(Dim n) : n_(static_cast<std::size_t>(n)), memory_(n_ + 2 * kFence) { fill(); }
  template <class From>
  explicit Array(const std::vector<From>& values) : Array(static_cast<Dim>(values.size())) {
    for (std::size_t i = 0; i < n_; ++i) data()[i] = T(static_cast<float>(values[i]));
  }
  Array(const Array& other) = default;

  T* data() { return memory_.data() + kFence; }
  operator T*() { return data(); }  // kernels take plain pointers
  std::vector<double> values() const {
    std::vector<double> out(n_);
    for (std::size_t i = 0; i < n_; ++i)
      out[i] = static_cast<double>(static_cast<float>(memory_[kFence + i]));
    return out;
  }
  bool fences_intact() const {
    for (std::size_t i = 0; i < kFence; ++i) {
      if (static_cast<float>(memory_[i]) != kPost) return false;
      if (static_cast<float>(memory_[kFence + n_ + i]) != kPost) return false;
    }
    return true;
  }

 private:
  static constexpr std::size_t kFence = 512;  // elements; keeps the array aligned to 16 bytes
  static constexpr float kPost = 12352;       // exact in bf16
  void fill() {
    for (T& x : memory_) x = T(kPost);
    for (std::size_t i = 0; i < n_; ++i) data()[i] = T(NAN);
  }
  std::size_t n_;
  std::vector<T> memory_;  // operator new aligns to 16 bytes
};

/// Returns normally distributed numbers that are exact in bf16.
inline std::vector<double> bf16_normal(Dim n, std::uint64_t seed, double deviation = 1) {
  return Array<__nv_bfloat16>(normal<float>(n, seed, deviation)).values();
}

/// Returns the number of blocks of `each` threads that `count` threads need.
inline Index blocks_for(Dim count, Dim each) {
  return {static_cast<unsigned>((count + each - 1) / each)};
}

}  // namespace amt::gpu
