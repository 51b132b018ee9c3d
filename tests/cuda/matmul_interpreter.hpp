// Executes a MatmulPlan element by element, following cuBLASLt's documentation.
#pragma once

#include <stdexcept>

#include "amt/ops/linear.hpp"
#include "src/cuda/matmul_plan.hpp"

namespace amt::cuda {

/// Returns the number of elements from the first to the last one of a matrix in memory.
inline Dim extent(const StoredMatrix& m) {
  if (m.rows > m.leading) throw std::logic_error("columns of a matrix overlap");
  return (m.columns - 1) * m.leading + m.rows;
}

/// T is the element type of a, b, bias and aux, D that of d.
template <class T, class D>
void execute(const MatmulPlan& p, const T* a, const T* b, D* d, const T* bias, T* aux) {
  const auto element = [](const T* x, bool transposed, Dim row, Dim column, Dim leading) {
    return static_cast<double>(
        static_cast<float>(transposed ? x[row * leading + column] : x[column * leading + row]));
  };
  for (Dim j = 0; j < p.n; ++j) {
    for (Dim i = 0; i < p.m; ++i) {
      double sum = p.accumulate ? static_cast<double>(static_cast<float>(d[j * p.ldd + i])) : 0;
      for (Dim c = 0; c < p.k; ++c) {
        sum += element(a, p.transpose_a, i, c, p.lda) * element(b, p.transpose_b, c, j, p.ldb);
      }
      const bool gelu = p.epilogue == Epilogue::kGeluAuxBias;
      if (gelu || p.epilogue == Epilogue::kBias) sum += element(bias, false, i, 0, 0);
      if (gelu) {
        aux[j * p.ld_aux + i] = T(static_cast<float>(sum));
        sum = plain::gelu(sum);
      }
      if (p.epilogue == Epilogue::kDgelu) {
        sum *= plain::gelu_derivative(element(aux, false, i, j, p.ld_aux));
      }
      d[j * p.ldd + i] = D(static_cast<float>(sum));
    }
  }
}

}  // namespace amt::cuda
