#include "amt/optimizer/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace amt {

std::int64_t warmup_steps(const OptimizerOptions& options, std::int64_t num_train_steps) {
  return static_cast<std::int64_t>(options.warmup_ratio * static_cast<double>(num_train_steps));
}

std::int64_t decay_steps(const OptimizerOptions& options, std::int64_t num_train_steps) {
  const auto steps =
      static_cast<std::int64_t>(options.decay_ratio * static_cast<double>(num_train_steps));
  return std::min(steps, num_train_steps - warmup_steps(options, num_train_steps));
}

double learning_rate(const OptimizerOptions& options, std::int64_t num_train_steps,
                     std::int64_t step) {
  const std::int64_t warmup = warmup_steps(options, num_train_steps);
  if (step < warmup) {
    return options.learning_rate * static_cast<double>(step) / static_cast<double>(warmup);
  }
  const bool wsd = options.lr_schedule == LrSchedule::kWsd;
  const std::int64_t steady =
      wsd ? num_train_steps - decay_steps(options, num_train_steps) : warmup;
  const auto falling = static_cast<double>(std::max<std::int64_t>(1, num_train_steps - steady));
  const double share = std::clamp(static_cast<double>(step - steady) / falling, 0.0, 1.0);
  switch (options.lr_schedule) {
    case LrSchedule::kCosine:
      return options.learning_rate * 0.5 * (1 + std::cos(std::numbers::pi * share));
    case LrSchedule::kLinear:
      return options.learning_rate * (1 - share);
    case LrSchedule::kWsd:
      return options.learning_rate * (1 - std::sqrt(share));
    case LrSchedule::kConstant:
      break;
  }
  return options.learning_rate;
}

}  // namespace amt
