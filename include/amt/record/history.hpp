// What a run has written to metrics.jsonl so far, in memory that does not grow with its steps.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "amt/charts/curve.hpp"
#include "amt/record/metrics.hpp"

namespace amt {

struct RunHistory {
  Curve loss, learning_rate, grad_norm, tokens_per_second, valid_loss;
  double seconds_in_steps = 0;  ///< of all starts together, without validations and checkpoints
  std::optional<StepMetrics> last_step;
  std::optional<ValidationMetrics> last_validation;
  std::optional<ValidationMetrics> best_validation;  ///< of those that are finite, the first lowest

  void add(const StepMetrics& metrics);
  void add(const ValidationMetrics& metrics);
};

/// Of a whole file; warns of lines that are none of its. Error naming the file if it cannot be
/// read.
RunHistory read_history(const std::filesystem::path& metrics);

}  // namespace amt
