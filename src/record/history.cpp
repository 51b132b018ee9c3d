#include "amt/record/history.hpp"

#include <fmt/core.h>

#include <cmath>

#include "amt/base/strings.hpp"
#include "amt/process/log.hpp"
#include "unknown_lines.hpp"

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
  const std::int64_t unknown = read_metrics(
      metrics, [&](const StepMetrics& step) { history.add(step); },
      [&](const ValidationMetrics& validation) { history.add(validation); });
  warn_of_unknown_lines(unknown, metrics);
  return history;
}

void warn_of_unknown_lines(std::int64_t unknown, const std::filesystem::path& metrics) {
  if (unknown == 0) return;
  log_warning(fmt::format("{} of {} cannot be read: cut off by a kill, or not written by amt train",
                          counted(unknown, "line"), metrics.string()));
}

}  // namespace amt
