#include "phase_times.hpp"

#include "amt/base/strings.hpp"
#include "amt/base/timestamp.hpp"

namespace amt {

void PhaseTimes::begin(const char* name) {
  end();
  name_ = name;
  phase_.emplace(name);
  start_ = Clock::now();
}

void PhaseTimes::end() {
  if (!phase_) return;
  phase_.reset();
  const std::chrono::duration<double> seconds = Clock::now() - start_;
  seconds_ += seconds.count();
  text_ += str_cat(text_.empty() ? "" : ", ", name_, ' ', format_duration(seconds.count()));
}

std::string PhaseTimes::text() const {
  return str_cat("Time: ", text_, "; ", format_duration(seconds_), " in all, until ",
                 local_time_text(std::chrono::system_clock::now()), '\n');
}

}  // namespace amt
