// Matrix products; the only folder that uses oneDNN.
#pragma once

#include <cstdint>
#include <string>

#include "amt/gemm/bf16.hpp"

namespace amt {

using Dim = std::int64_t;

/// A row-major matrix in memory, with `stride` elements from row to row, used directly or
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

/// How a product treats its output; with kOverwrite, the old contents are ignored.
enum class Write { kOverwrite, kAdd };

// c [m, n] = a [m, k] b [k, n], summed in fp32. Uses the calling thread's OpenMP threads or, inside
// a parallel region, the calling thread alone.
void gemm(float* c, Dim c_stride, Dim m, Dim n, Dim k, const Matrix<float>& a,
          const Matrix<float>& b, Write write = Write::kOverwrite);
void gemm(float* c, Dim c_stride, Dim m, Dim n, Dim k, const Matrix<Bf16>& a, const Matrix<Bf16>& b,
          Write write = Write::kOverwrite);
/// The same, with the result rounded once, after adding `bias` [n] if it is not null.
void gemm(Bf16* c, Dim c_stride, Dim m, Dim n, Dim k, const Matrix<Bf16>& a, const Matrix<Bf16>& b,
          const float* bias = nullptr);

/// The CPU's support for bf16 products.
Bf16Support bf16_products();

/// "oneDNN 2.6.3"
std::string gemm_library();

}  // namespace amt
