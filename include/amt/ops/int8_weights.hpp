// 8-bit weights: the weights of each output are integer multiples, from -127 to 127, of one step.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "amt/ops/types.hpp"

namespace amt {

/// Returns the step of each column of w [depth, columns]: the column's largest absolute value /
/// 127.
inline std::vector<float> int8_steps(const float* w, Dim depth, Dim columns) {
  std::vector<float> steps(columns);
  for (Dim d = 0; d < depth; ++d) {
    for (Dim c = 0; c < columns; ++c) {
      steps[c] = std::max(steps[c], std::abs(w[d * columns + c]));
    }
  }
  for (float& step : steps) step /= 127;
  return steps;
}

/// Returns the number of steps nearest to `weight`, which must be finite.
inline float in_steps(float weight, float step) {
  constexpr float kRound = 12582912.0f;  // 1.5 * 2^23: adding it rounds
  return step == 0 ? 0 : weight / step + kRound - kRound;
}

}  // namespace amt
