#include "metrics_csv.hpp"

#include <fmt/core.h>

#include <cmath>
#include <limits>
#include <optional>

#include "known_metrics.hpp"

namespace amt {
namespace {

std::string number(double value) { return std::isfinite(value) ? fmt::format("{}", value) : ""; }

std::string csv_line(const StepMetrics& m, double valid_loss) {
  return fmt::format("{},{},{},{},{},{},{},{},{},{},{}\n", m.step, number(m.loss),
                     number(valid_loss), number(m.lr), number(m.grad_norm),
                     number(m.tokens_per_second), number(m.step_time_s), m.skipped,
                     number(m.model_flops_per_second), number(m.mfu), m.memory_bytes);
}

}  // namespace

std::string metrics_csv(const std::filesystem::path& metrics) {
  std::string text =
      "step,loss,valid_loss,lr,grad_norm,tokens_per_second,step_time_s,skipped,"
      "model_flops_per_second,mfu,memory_bytes\n";
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  std::optional<StepMetrics> last;  // its validation may follow
  const auto flush = [&](double valid_loss) {
    if (last) text += csv_line(*last, valid_loss);
    last.reset();
  };
  read_known_metrics(
      metrics,
      [&](const StepMetrics& step) {
        flush(kNone);
        last = step;
      },
      [&](const ValidationMetrics& validation) {
        if (last && last->step == validation.step) flush(validation.loss);
      });
  flush(kNone);
  return text;
}

}  // namespace amt
