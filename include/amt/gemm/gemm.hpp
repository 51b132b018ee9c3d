// Matrix products. No other folder uses oneDNN.
#pragma once

#include <cstdint>
#include <string>

#include "amt/gemm/bf16.hpp"

namespace amt {

using Dim = std::int64_t;

/// A row-major matrix in memory with `stride` elements from row to row, used as it is or
/// transposed.
template <class T>
struct Matrix {
  const T* data;
  Dim stride;
  bool transposed = false;
};

template <class T>
Matrix<T> matrix(const T* data, Dim stride) {
  return {data, stride, false};
}
template <class T>
Matrix<T> transposed(const T* data, Dim stride) {
  return {data, stride, true};
}

/// Whether the product overwrites c, which may then be uninitialised, or is added to it.
enum class Write { kOverwrite, kAdd };

// c [m, n] = a [m, k] b [k, n], summed in fp32. Uses the calling thread's OpenMP threads, or only
// the calling thread inside a parallel region.
void gemm(float* c, Dim c_stride, Dim m, Dim n, Dim k, const Matrix<float>& a,
          const Matrix<float>& b, Write write = Write::kOverwrite);
void gemm(float* c, Dim c_stride, Dim m, Dim n, Dim k, const Matrix<Bf16>& a, const Matrix<Bf16>& b,
          Write write = Write::kOverwrite);
/// The same, rounded once to bf16, after adding `bias` [n] unless it is null.
void gemm(Bf16* c, Dim c_stride, Dim m, Dim n, Dim k, const Matrix<Bf16>& a, const Matrix<Bf16>& b,
          const float* bias = nullptr);

/// Returns this CPU's support for bf16 products.
Bf16Support bf16_products();

/// Returns, for example, "oneDNN 2.6.3".
std::string gemm_library();

}  // namespace amt
