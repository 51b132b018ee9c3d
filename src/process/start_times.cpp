#include "amt/process/start_times.hpp"

#include <fmt/core.h>

#include "amt/process/machine.hpp"

namespace amt {
namespace {

constexpr double kShown = 0.01;  // the resolution of process_seconds()

}  // namespace

void StartTimes::mark(const std::string& phase) {
  const double now = process_seconds(), took = now - marked_;
  marked_ = now;
  if (took < kShown) return;
  phases_ += fmt::format("{}{:.2f} s {}", phases_.empty() ? "" : ", ", took, phase);
}

std::string StartTimes::text() const { return fmt::format("{:.2f} s: {}", marked_, phases_); }

}  // namespace amt
