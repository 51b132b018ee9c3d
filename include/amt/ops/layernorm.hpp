// Residual, dropout and layer norm, and their gradients. Restricted to C++17.
#pragma once

#include <cmath>

#include "amt/ops/dropout.hpp"
#include "amt/ops/types.hpp"

namespace amt {

/// residual = x + dropout(y), out = layer norm of residual as stored; all [n, width]. If y is null,
/// residual is not written, and out = layer norm of x. residual may be x. A is the type of
/// activations, P that of parameters and statistics.
template <class A, class P>
struct LayerNormForwardOf {
  static constexpr const char* kName = "layer norm";
  A* out;
  A* residual = nullptr;
  P *mean, *rstd;  ///< [n]: mean of each position, and 1 / sqrt(variance + 1e-5)
  const A* x;
  const A* y = nullptr;
  const P *weight, *bias;  ///< [width]
  Dim n, width;
  Dropout dropout = {};
};
using LayerNormForward = LayerNormForwardOf<Activation, float>;

/// dresidual = (add ? dresidual : 0) + the layer norm's gradient; dweight +=, dbias +=. If dy is
/// not null, dy = gradient of y. dy may be dout.
template <class A, class P>
struct LayerNormBackwardOf {
  static constexpr const char* kName = "layer norm backward";
  A* dresidual;
  A* dy = nullptr;
  P *dweight, *dbias;  ///< [width]
  const A* dout;
  const A* residual;     ///< the input of the layer norm: x itself if y was null
  const P *mean, *rstd;  ///< from the forward call
  const P* weight;
  Dim n, width;
  bool add;
  Dropout dropout = {};
};
using LayerNormBackward = LayerNormBackwardOf<Activation, float>;

namespace plain {

inline constexpr double kLayerNormEpsilon = 1e-5;

/// residual = x + dropout(y)
template <class A, class P>
void add_dropout(const LayerNormForwardOf<A, P>& op) {
  for (Dim i = 0; i < op.n; ++i) {
    for (Dim c = 0; c < op.width; ++c) {
      const Dim at = i * op.width + c;
      op.residual[at] = op.x[at] + op.y[at] * A(dropout_factor(op.dropout, i, c, op.width));
    }
  }
}

template <class A, class P>
void run(const LayerNormForwardOf<A, P>& op) {
  if (op.y != nullptr) add_dropout(op);
  const A* in = op.y != nullptr ? op.residual : op.x;
  for (Dim i = 0; i < op.n; ++i) {
    const A* row = in + i * op.width;
    double sum = 0, squares = 0;
    for (Dim c = 0; c < op.width; ++c) sum += row[c];
    const double mu = sum / double(op.width);
    for (Dim c = 0; c < op.width; ++c) squares += (row[c] - mu) * (row[c] - mu);
    const double r = 1 / std::sqrt(squares / double(op.width) + kLayerNormEpsilon);
    A* out = op.out + i * op.width;
    for (Dim c = 0; c < op.width; ++c) out[c] = A((row[c] - mu) * r * op.weight[c] + op.bias[c]);
    op.mean[i] = P(mu);
    op.rstd[i] = P(r);
  }
}

/// With x^ = (x - mean) rstd and g = dout w: dx = rstd (g - mean of g - x^ mean of g x^).
template <class A, class P>
void run(const LayerNormBackwardOf<A, P>& op) {
  const Dim width = op.width;
  for (Dim i = 0; i < op.n; ++i) {
    const auto normal = [&](Dim c) {
      return (double(op.residual[i * width + c]) - op.mean[i]) * op.rstd[i];
    };
    double sum_g = 0, sum_gx = 0;
    for (Dim c = 0; c < width; ++c) {
      const double d = op.dout[i * width + c];
      sum_g += d * op.weight[c];
      sum_gx += d * op.weight[c] * normal(c);
      op.dweight[c] += P(d * normal(c));
      op.dbias[c] += P(d);
    }
    for (Dim c = 0; c < width; ++c) {
      const Dim at = i * width + c;
      const double g = op.dout[at] * double(op.weight[c]);
      const double dx = op.rstd[i] * (g - (sum_g + normal(c) * sum_gx) / double(width));
      op.dresidual[at] = A((op.add ? double(op.dresidual[at]) : 0.0) + dx);
      if (op.dy == nullptr) continue;
      op.dy[at] = op.dresidual[at] * A(dropout_factor(op.dropout, i, c, width));
    }
  }
}

}  // namespace plain

namespace cpu {
template <class T>
void run(Context<T>& cpu, const LayerNormForwardOf<T, float>& op);
template <class T>
void run(Context<T>& cpu, const LayerNormBackwardOf<T, float>& op);
}  // namespace cpu

namespace cuda {
void run(Context& gpu, const LayerNormForward& op);
void run(Context& gpu, const LayerNormBackward& op);
}  // namespace cuda

}  // namespace amt
