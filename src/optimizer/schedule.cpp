#include "amt/optimizer/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace amt {

std::int64_t warmup_steps(const OptimizerOptions& options, std::int64_t num_train_steps) {
  return static_cast<std::int64_t>(options.warmup_ratio * static_cast<double>(num_train_steps));
}

double learning_rate(const OptimizerOptions& options, std::int64_t num_train_steps,
                     std::int64_t step) {
  const std::int64_t warmup = warmup_steps(options, num_train_steps);
  if (step < warmup) {
    return options.learning_rate * static_cast<double>(step) / static_cast<double>(warmup);
  }
  const auto decay_steps = static_cast<double>(std::max<std::int64_t>(1, num_train_steps - warmup));
  const double share = std::min(1.0, static_cast<double>(step - warmup) / decay_steps);
  switch (options.lr_schedule) {
    case LrSchedule::kCosine:
      return options.learning_rate * 0.5 * (1 + std::cos(std::numbers::pi * share));
    case LrSchedule::kLinear:
      return options.learning_rate * (1 - share);
    case LrSchedule::kConstant:
      break;
  }
  return options.learning_rate;
}

}  // namespace amt
