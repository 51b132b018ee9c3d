// For tests of CUDA kernels on the CPU: bf16 activations, buffers with guarded ends, all thread
// orders.
#pragma once

#include "cuda_on_cpu.hpp"
// Included after cuda_on_cpu.hpp: kernels include these headers, which need CUDA's keywords.
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

/// One rounding to bf16, relative to the value.
inline constexpr double kRounding = 1.0 / 256;

/// n numbers for a kernel, between fences. A fence consists of large numbers: they spoil the
/// results of a kernel that reads them, and fences_stand() notices a kernel that writes or adds to
/// them. The numbers themselves are NaN unless values are given.
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
  operator T*() { return data(); }  // the form that kernels take
  std::vector<double> values() const {
    std::vector<double> out(n_);
    for (std::size_t i = 0; i < n_; ++i)
      out[i] = static_cast<double>(static_cast<float>(memory_[kFence + i]));
    return out;
  }
  bool fences_stand() const {
    for (std::size_t i = 0; i < kFence; ++i) {
      if (static_cast<float>(memory_[i]) != kPost) return false;
      if (static_cast<float>(memory_[kFence + n_ + i]) != kPost) return false;
    }
    return true;
  }

 private:
  static constexpr std::size_t kFence = 512;  // a multiple of the size that 16-byte accesses need
  static constexpr float kPost = 12352;       // bf16 can hold it
  void fill() {
    for (T& x : memory_) x = T(kPost);
    for (std::size_t i = 0; i < n_; ++i) data()[i] = T(NAN);
  }
  std::size_t n_;
  std::vector<T> memory_;  // operator new aligns to 16 bytes
};

/// Normally distributed numbers that are exact in bf16.
inline std::vector<double> bf16_normal(Dim n, std::uint64_t seed, double deviation = 1) {
  return Array<__nv_bfloat16>(normal<float>(n, seed, deviation)).values();
}

/// Threads in blocks of `each`.
inline Index blocks_for(Dim count, Dim each) {
  return {static_cast<unsigned>((count + each - 1) / each)};
}

}  // namespace amt::gpu
