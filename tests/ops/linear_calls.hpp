// Calls of linear layers on vectors, for tests of several backends.
#pragma once

#include "amt/ops/linear.hpp"
#include "numbers.hpp"

namespace amt::test {

/// A is the type that activations are cast to.
template <class A, class P>
LinearForwardOf<A, P> linear(A* out, A* pre, const A* x, const std::vector<P>& weight,
                             const std::vector<P>& bias, Dim n, Dim in_width, Dim out_width) {
  return {.out = out,
          .pre = pre,
          .x = x,
          .weight = weight.data(),
          .bias = bias.data(),
          .n = n,
          .in_width = in_width,
          .out_width = out_width};
}

template <class A, class P>
LinearBackwardOf<A, P> linear_backward(A* dx, std::vector<P>& dweight, std::vector<P>& dbias,
                                       const A* dout, const A* x, const A* pre,
                                       const std::vector<P>& weight, Dim n, Dim in_width,
                                       Dim out_width) {
  return {.dx = dx,
          .dweight = dweight.data(),
          .dbias = dbias.data(),
          .dout = dout,
          .x = x,
          .pre = pre,
          .weight = weight.data(),
          .n = n,
          .in_width = in_width,
          .out_width = out_width};
}

}  // namespace amt::test
