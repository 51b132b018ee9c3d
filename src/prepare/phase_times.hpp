// Times the phases of a job.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "amt/base/activity.hpp"

namespace amt {

/// If phases end in collective calls, one rank's times represent the job.
class PhaseTimes {
 public:
  /// Ends the previous phase, if any. `name` must be a string literal; it also appears in the
  /// watchdog's message.
  void begin(const char* name);
  void end();

  /// Returns, for example, "Time: listing 0.2 s, tokenising 12 s; 12 s in all, until 2026-11-25
  /// 20:37:37 UTC\n".
  std::string text() const;

 private:
  using Clock = std::chrono::steady_clock;
  const char* name_ = nullptr;
  std::optional<Phase> phase_;
  Clock::time_point start_;
  std::string text_;
  double seconds_ = 0;  // total of all phases
};

}  // namespace amt
