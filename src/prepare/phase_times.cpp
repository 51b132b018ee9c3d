#include "phase_times.hpp"

#include "amt/base/strings.hpp"

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
  text_ += str_cat(text_.empty() ? "" : ", ", name_, ' ', format_duration(seconds.count()));
}

}  // namespace amt
