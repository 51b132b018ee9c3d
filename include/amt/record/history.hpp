// Summarises a run's metrics.jsonl in memory that does not grow with the number of steps.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "amt/charts/curve.hpp"
#include "amt/record/metrics.hpp"

namespace amt {

struct RunHistory {
  Curve loss, learning_rate, grad_norm, tokens_per_second, valid_loss;
  double seconds_in_steps = 0;  ///< over all starts, without validations and checkpoints
  std::optional<StepMetrics> last_step;
  std::optional<ValidationMetrics> last_validation;
  std::optional<ValidationMetrics> best_validation;  ///< the first with the lowest finite loss

  void add(const StepMetrics& metrics);
  void add(const ValidationMetrics& metrics);
};

/// Reads the complete file, and warns about lines in other formats. Throws an Error naming the file
/// if it cannot be read.
RunHistory read_history(const std::filesystem::path& metrics);

}  // namespace amt
