// The sum of squares of a flat buffer, for gradient norms. Restricted to C++17.
#pragma once

#include "amt/ops/types.hpp"

namespace amt {

/// *sum = the sum of x[i]^2 in fp64, in an order that depends only on n. `sum` is in host memory,
/// so run() waits for the device. P is float or double.
template <class P>
struct SumOfSquaresOf {
  static constexpr const char* kName = "sum of squares";
  double* sum;
  const P* x;  ///< [n]
  Dim n;
};
using SumOfSquares = SumOfSquaresOf<float>;

namespace plain {

template <class P>
void run(const SumOfSquaresOf<P>& op) {
  *op.sum = 0;
  for (Dim i = 0; i < op.n; ++i) *op.sum += double(op.x[i]) * double(op.x[i]);
}

}  // namespace plain

namespace cpu {
template <class T>
void run(Context<T>& cpu, const SumOfSquares& op);
}
namespace cuda {
void run(Context& gpu, const SumOfSquares& op);
}

}  // namespace amt
