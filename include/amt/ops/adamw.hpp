// One AdamW update of a flat buffer (docs/spec/training.md, "Optimiser and schedule"). Restricted
// to C++17.
#pragma once

#include <cmath>

#include "amt/ops/types.hpp"

namespace amt {

struct AdamWStep {
  double learning_rate = 0, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weight_decay = 0;
  double gradient_scale = 1;  ///< multiplies the gradients first, for clipping
  std::int64_t update = 1;    ///< counts from 1; exponent of the bias corrections
};

/// parameters -= learning_rate * (m_hat / (sqrt(v_hat) + epsilon) + weight_decay * parameters); all
/// [n]. Zero parameters with zero moments and gradients stay zero. If the parameters are part of
/// refreshed Weights and the device has a copy of them, the same pass refreshes the copy. P is
/// float or double.
template <class P>
struct AdamWOf {
  static constexpr const char* kName = "adamw";
  P *parameters, *first_moment, *second_moment;
  const P* gradients;
  Dim n;
  AdamWStep step;
};
using AdamW = AdamWOf<float>;

/// The step in the form that inner loops use: the values that are the same for all parameters,
/// computed in fp64 and rounded once.
struct AdamWCoefficients {
  float gradient_scale, beta1, beta2;
  float rest1, rest2;  ///< 1 - beta, computed in fp64 and rounded once
  float inverse_correction1, inverse_correction2;
  float epsilon, weight_decay, learning_rate;
};

inline AdamWCoefficients adamw_coefficients(const AdamWStep& s) {
  const double updates = static_cast<double>(s.update);
  const auto f = [](double x) { return static_cast<float>(x); };
  return {f(s.gradient_scale),
          f(s.beta1),
          f(s.beta2),
          f(1 - s.beta1),
          f(1 - s.beta2),
          f(1 / (1 - std::pow(s.beta1, updates))),
          f(1 / (1 - std::pow(s.beta2, updates))),
          f(s.epsilon),
          f(s.weight_decay),
          f(s.learning_rate)};
}

namespace plain {

template <class P>
void run(const AdamWOf<P>& op) {
  const AdamWStep& s = op.step;
  const double correction1 = 1 - std::pow(s.beta1, double(s.update));
  const double correction2 = 1 - std::pow(s.beta2, double(s.update));
  for (Dim i = 0; i < op.n; ++i) {
    P &p = op.parameters[i], &m = op.first_moment[i], &v = op.second_moment[i];
    const double gradient = op.gradients[i] * s.gradient_scale;
    m = P(s.beta1 * m + (1 - s.beta1) * gradient);
    v = P(s.beta2 * v + (1 - s.beta2) * gradient * gradient);
    const double m_hat = m / correction1, v_hat = v / correction2;
    const double update = m_hat / (std::sqrt(v_hat) + s.epsilon) + s.weight_decay * p;
    p = P(p - s.learning_rate * update);
  }
}

}  // namespace plain

namespace cpu {
template <class T>
void run(Context<T>& cpu, const AdamW& op);
}
namespace cuda {
void run(Context& gpu, const AdamW& op);
}

}  // namespace amt
