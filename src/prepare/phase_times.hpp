// How long the phases of a job took.
#pragma once

#include <chrono>
#include <string>

namespace amt {

/// A phase begins where the one before it ended, the first with the object. Where phases end in
/// collective calls, one rank's times are the job's.
class PhaseTimes {
 public:
  void end(const char* phase);

  /// "Time: listing 0.2 s, tokenising 12 s\n"
  std::string text() const { return "Time: " + text_ + '\n'; }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start_ = Clock::now();
  std::string text_;
};

}  // namespace amt
