// Residual + dropout + layer norm: the plain code that specifies the calls of Ops. A is the type of
// activations, P of parameters, gradients and statistics; both float or double.
#pragma once

#include <cmath>

#include "amt/ops/ops.hpp"

namespace amt::plain {

inline constexpr double kLayerNormEpsilon = 1e-5;

/// residual = x + dropout(y)
template <class A>
void add_dropout(A* residual, const A* x, const A* y, Dim n, Dim width, const Dropout& dropout) {
  for (Dim i = 0; i < n; ++i) {
    for (Dim c = 0; c < width; ++c) {
      const Dim at = i * width + c;
      residual[at] = x[at] + y[at] * A(dropout_factor(dropout, i, c, width));
    }
  }
}

template <class A, class P>
void layernorm_forward(A* out, A* residual, P* mean, P* rstd, const A* x, const A* y, const P* w,
                       const P* b, Dim n, Dim width, const Dropout& dropout) {
  if (y != nullptr) add_dropout(residual, x, y, n, width, dropout);
  const A* in = y != nullptr ? residual : x;
  for (Dim i = 0; i < n; ++i) {
    const A* row = in + i * width;
    double sum = 0, squares = 0;
    for (Dim c = 0; c < width; ++c) sum += row[c];
    const double mu = sum / double(width);
    for (Dim c = 0; c < width; ++c) squares += (row[c] - mu) * (row[c] - mu);
    const double r = 1 / std::sqrt(squares / double(width) + kLayerNormEpsilon);
    for (Dim c = 0; c < width; ++c) out[i * width + c] = A((row[c] - mu) * r * w[c] + b[c]);
    mean[i] = P(mu);
    rstd[i] = P(r);
  }
}

/// With x^ = (x - mean) rstd and g = dout w: dx = rstd (g - mean of g - x^ mean of g x^).
template <class A, class P>
void layernorm_backward(A* dresidual, A* dy, P* dw, P* db, const A* dout, const A* residual,
                        const P* mean, const P* rstd, const P* w, Dim n, Dim width, bool add,
                        const Dropout& dropout) {
  for (Dim i = 0; i < n; ++i) {
    const auto normal = [&](Dim c) {
      return (double(residual[i * width + c]) - mean[i]) * rstd[i];
    };
    double sum_g = 0, sum_gx = 0;
    for (Dim c = 0; c < width; ++c) {
      const double d = dout[i * width + c];
      sum_g += d * w[c];
      sum_gx += d * w[c] * normal(c);
      dw[c] += P(d * normal(c));
      db[c] += P(d);
    }
    for (Dim c = 0; c < width; ++c) {
      const Dim at = i * width + c;
      const double g = dout[at] * double(w[c]);
      const double dx = rstd[i] * (g - (sum_g + normal(c) * sum_gx) / double(width));
      dresidual[at] = A((add ? double(dresidual[at]) : 0.0) + dx);
      if (dy != nullptr) dy[at] = dresidual[at] * A(dropout_factor(dropout, i, c, width));
    }
  }
}

}  // namespace amt::plain
