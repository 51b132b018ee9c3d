// Linear layers and GELU: the plain code that specifies the calls of Ops. A is the type of
// activations, P of parameters and gradients; both float or double.
#pragma once

#include <cmath>

#include "amt/ops/ops.hpp"

namespace amt::plain {

inline constexpr double kGeluFactor = 0.79788456080286535588;  // sqrt(2 / pi)
inline constexpr double kGeluCubic = 0.044715;

/// gelu_new of GPT-2: x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))
inline double gelu(double x) {
  return 0.5 * x * (1 + std::tanh(kGeluFactor * (x + kGeluCubic * x * x * x)));
}

inline double gelu_derivative(double x) {
  const double t = std::tanh(kGeluFactor * (x + kGeluCubic * x * x * x));
  return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * kGeluFactor * (1 + 3 * kGeluCubic * x * x);
}

template <class A, class P>
void linear_forward(A* out, A* pre, const A* x, const P* w, const P* b, Dim n, Dim in_width,
                    Dim out_width) {
  for (Dim i = 0; i < n; ++i) {
    for (Dim o = 0; o < out_width; ++o) {
      double sum = b[o];
      for (Dim c = 0; c < in_width; ++c) sum += double(x[i * in_width + c]) * w[c * out_width + o];
      if (pre != nullptr) pre[i * out_width + o] = A(sum);
      out[i * out_width + o] = A(pre != nullptr ? gelu(A(sum)) : sum);
    }
  }
}

template <class A, class P>
void linear_backward(A* dx, P* dw, P* db, const A* dout, const A* x, const A* pre, const P* w,
                     Dim n, Dim in_width, Dim out_width) {
  for (Dim i = 0; i < n; ++i) {
    for (Dim c = 0; c < in_width; ++c) {
      double sum = 0;
      for (Dim o = 0; o < out_width; ++o) {
        const double d = dout[i * out_width + o];
        sum += d * w[c * out_width + o];
        dw[c * out_width + o] += P(d * x[i * in_width + c]);
      }
      dx[i * in_width + c] = A(pre != nullptr ? sum * gelu_derivative(pre[i * in_width + c]) : sum);
    }
    for (Dim o = 0; o < out_width; ++o) db[o] += P(dout[i * out_width + o]);
  }
}

}  // namespace amt::plain
