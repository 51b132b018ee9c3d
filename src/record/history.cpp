#include "amt/record/history.hpp"

#include <cmath>

#include "known_metrics.hpp"

namespace amt {

void RunHistory::add(const StepMetrics& metrics) {
  loss.add(metrics.step, metrics.loss);
  learning_rate.add(metrics.step, metrics.lr);
  grad_norm.add(metrics.step, metrics.grad_norm);
  tokens_per_second.add(metrics.step, metrics.tokens_per_second);
  if (std::isfinite(metrics.step_time_s)) seconds_in_steps += metrics.step_time_s;
  last_step = metrics;
}

void RunHistory::add(const ValidationMetrics& metrics) {
  valid_loss.add(metrics.step, metrics.loss);
  last_validation = metrics;
  if (!std::isfinite(metrics.loss)) return;
  if (!best_validation || metrics.loss < best_validation->loss) best_validation = metrics;
}

RunHistory read_history(const std::filesystem::path& metrics) {
  RunHistory history;
  read_known_metrics(
      metrics, [&](const StepMetrics& step) { history.add(step); },
      [&](const ValidationMetrics& validation) { history.add(validation); });
  return history;
}

}  // namespace amt
