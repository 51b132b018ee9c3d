// Matrix products: the only use of oneDNN.
#pragma once

#include <cstdint>
#include <string>

#include "amt/gemm/bf16.hpp"

namespace amt {

using Dim = std::int64_t;

/// A row-major matrix in memory, `stride` elements from row to row, used as it is or transposed.
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

/// What becomes of the product's old contents: with kOverwrite they may be anything.
enum class Write { kOverwrite, kAdd };

// c [m, n] = a [m, k] b [k, n], summed in fp32. Uses the calling thread's OpenMP threads, or the
// caller alone inside a parallel region.
void gemm(float* c, Dim c_stride, Dim m, Dim n, Dim k, const Matrix<float>& a,
          const Matrix<float>& b, Write write = Write::kOverwrite);
void gemm(float* c, Dim c_stride, Dim m, Dim n, Dim k, const Matrix<Bf16>& a, const Matrix<Bf16>& b,
          Write write = Write::kOverwrite);
/// Rounded once, after `bias` [n] has been added, if there is one.
void gemm(Bf16* c, Dim c_stride, Dim m, Dim n, Dim k, const Matrix<Bf16>& a, const Matrix<Bf16>& b,
          const float* bias = nullptr);

/// What this processor has for products of bf16.
Bf16Support bf16_products();

/// "oneDNN 2.6.3"
std::string gemm_library();

}  // namespace amt
