// AdamW's update as inner loops take it: everything that is the same for all parameters, made once
// in fp64 and rounded. C++17.
#pragma once

#include <cmath>

#include "amt/ops/ops.hpp"

namespace amt {

struct AdamWCoefficients {
  float gradient_scale, beta1, beta2;
  float rest1, rest2;  ///< 1 - beta, rounded once from fp64
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

}  // namespace amt
