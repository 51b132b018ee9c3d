// Matrix products: the only use of oneDNN.
#pragma once

#include <string>

#include "amt/ops/ops.hpp"

namespace amt {

/// A row-major matrix in memory, `stride` floats from row to row, used as it is or transposed.
struct Matrix {
  const float* data;
  Dim stride;
  bool transposed = false;
};

inline Matrix transposed(const float* data, Dim stride) { return {data, stride, true}; }

/// c [m, n] = alpha a [m, k] b [k, n] + beta c. With beta 0, c may hold anything. Uses the calling
/// thread's OpenMP threads, or the caller alone inside a parallel region.
void gemm(float* c, Dim c_stride, Dim m, Dim n, Dim k, const Matrix& a, const Matrix& b,
          float alpha = 1, float beta = 0);

/// "oneDNN 2.6.3"
std::string gemm_library();

}  // namespace amt
