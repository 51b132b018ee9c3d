// Calls on flat buffers: the plain code that specifies them. P is float or double.
#pragma once

#include <cmath>

#include "amt/ops/ops.hpp"

namespace amt::plain {

template <class P>
void adamw(P* p, P* m, P* v, const P* g, Dim n, const AdamWStep& s) {
  const double correction1 = 1 - std::pow(s.beta1, double(s.update));
  const double correction2 = 1 - std::pow(s.beta2, double(s.update));
  for (Dim i = 0; i < n; ++i) {
    const double gradient = g[i] * s.gradient_scale;
    m[i] = P(s.beta1 * m[i] + (1 - s.beta1) * gradient);
    v[i] = P(s.beta2 * v[i] + (1 - s.beta2) * gradient * gradient);
    const double m_hat = m[i] / correction1, v_hat = v[i] / correction2;
    const double update = m_hat / (std::sqrt(v_hat) + s.epsilon) + s.weight_decay * p[i];
    p[i] = P(p[i] - s.learning_rate * update);
  }
}

template <class P>
double sum_of_squares(const P* x, Dim n) {
  double sum = 0;
  for (Dim i = 0; i < n; ++i) sum += double(x[i]) * double(x[i]);
  return sum;
}

template <class P>
void add(P* to, const P* x, Dim n) {
  for (Dim i = 0; i < n; ++i) to[i] += x[i];
}

template <class P>
void scale(P* x, float factor, Dim n) {
  for (Dim i = 0; i < n; ++i) x[i] *= P(factor);
}

}  // namespace amt::plain
