// Linear layers with and without GELU, and their gradients. Restricted to C++17.
#pragma once

#include <cmath>

#include "amt/ops/types.hpp"

namespace amt {

/// out [n, out_width] = x [n, in_width] weight + bias, weight [in_width, out_width] as in Hugging
/// Face's Conv1D. If `pre` is not null, pre = x weight + bias and out = gelu(pre), in its tanh
/// form. A is the type of activations, P that of parameters, which must be in Weights
/// (amt/ops/weights.hpp).
template <class A, class P>
struct LinearForwardOf {
  static constexpr const char* kName = "linear";
  A* out;
  A* pre = nullptr;
  const A* x;
  const P* weight;
  const P* bias;  ///< [out_width]
  Dim n, in_width, out_width;
};
using LinearForward = LinearForwardOf<Activation, float>;
inline std::array<const float*, 2> weights_of(const LinearForward& op) {
  return {op.weight, op.bias};
}

/// dx [n, in_width] = dout weight^T; dweight += x^T dout; dbias += column sums of dout. If `pre` is
/// not null, x was gelu(pre) and dx becomes the gradient of pre.
template <class A, class P>
struct LinearBackwardOf {
  static constexpr const char* kName = "linear backward";
  A* dx;
  P *dweight, *dbias;
  const A* dout;  ///< [n, out_width]
  const A* x;
  const A* pre = nullptr;
  const P* weight;  ///< must be in Weights
  Dim n, in_width, out_width;
};
using LinearBackward = LinearBackwardOf<Activation, float>;
inline std::array<const float*, 1> weights_of(const LinearBackward& op) { return {op.weight}; }

namespace plain {

inline constexpr double kGeluFactor = 0.79788456080286535588;  // sqrt(2 / pi)
inline constexpr double kGeluCubic = 0.044715;

/// Returns gelu_new of GPT-2: x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))
inline double gelu(double x) {
  return 0.5 * x * (1 + std::tanh(kGeluFactor * (x + kGeluCubic * x * x * x)));
}

inline double gelu_derivative(double x) {
  const double t = std::tanh(kGeluFactor * (x + kGeluCubic * x * x * x));
  return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * kGeluFactor * (1 + 3 * kGeluCubic * x * x);
}

template <class A, class P>
void run(const LinearForwardOf<A, P>& op) {
  for (Dim i = 0; i < op.n; ++i) {
    const A* x = op.x + i * op.in_width;
    for (Dim o = 0; o < op.out_width; ++o) {
      double sum = op.bias[o];
      for (Dim c = 0; c < op.in_width; ++c) sum += double(x[c]) * op.weight[c * op.out_width + o];
      if (op.pre != nullptr) op.pre[i * op.out_width + o] = A(sum);
      op.out[i * op.out_width + o] = A(op.pre != nullptr ? gelu(A(sum)) : sum);
    }
  }
}

template <class A, class P>
void run(const LinearBackwardOf<A, P>& op) {
  for (Dim i = 0; i < op.n; ++i) {
    const A* dout = op.dout + i * op.out_width;
    for (Dim c = 0; c < op.in_width; ++c) {
      const Dim at = i * op.in_width + c;
      double sum = 0;
      for (Dim o = 0; o < op.out_width; ++o) {
        const double d = dout[o];
        sum += d * op.weight[c * op.out_width + o];
        op.dweight[c * op.out_width + o] += P(d * op.x[at]);
      }
      op.dx[at] = A(op.pre != nullptr ? sum * gelu_derivative(op.pre[at]) : sum);
    }
    for (Dim o = 0; o < op.out_width; ++o) op.dbias[o] += P(dout[o]);
  }
}

}  // namespace plain

namespace cpu {
template <class T>
void run(Context<T>& cpu, const LinearForwardOf<T, float>& op);
template <class T>
void run(Context<T>& cpu, const LinearBackwardOf<T, float>& op);
}  // namespace cpu

namespace cuda {
void run(Context& gpu, const LinearForward& op);
void run(Context& gpu, const LinearBackward& op);
}  // namespace cuda

}  // namespace amt
