#include "phase_times.hpp"

#include <fmt/core.h>

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
  text_ +=
      fmt::format("{}{} {}", text_.empty() ? "" : ", ", name_, format_duration(seconds.count()));
}

std::string PhaseTimes::text() const {
  return fmt::format("Time: {}; {} in all, until {}\n", text_, format_duration(seconds_),
                     local_time_text(std::chrono::system_clock::now()));
}

}  // namespace amt
