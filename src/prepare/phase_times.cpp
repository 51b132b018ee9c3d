#include "phase_times.hpp"

#include "amt/base/strings.hpp"

namespace amt {

void PhaseTimes::end(const char* phase) {
  const Clock::time_point now = Clock::now();
  const std::chrono::duration<double> seconds = now - start_;
  text_ += str_cat(text_.empty() ? "" : ", ", phase, ' ', format_duration(seconds.count()));
  start_ = now;
}

}  // namespace amt
