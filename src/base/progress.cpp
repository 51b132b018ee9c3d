#include "amt/base/progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "amt/base/log.hpp"
#include "amt/base/strings.hpp"

namespace amt {
namespace {
constexpr double kTerminalInterval = 0.2;  // seconds between rewrites of a terminal's line
}

Progress::Progress(std::string label, double total, double interval)
    : label_(std::move(label)),
      total_(total),
      terminal_(isatty(STDERR_FILENO) == 1),
      start_(Clock::now()),
      last_(start_) {
  interval_ = terminal_ ? std::min(interval, kTerminalInterval) : interval;
}

Progress::~Progress() { finish(); }

double Progress::seconds() const {
  return std::chrono::duration<double>(Clock::now() - start_).count();
}

void Progress::update(double done, const std::string& detail) {
  const Clock::time_point now = Clock::now();
  if (std::chrono::duration<double>(now - last_).count() < interval_) return;
  last_ = now;
  const double share = total_ > 0 ? std::min(1.0, done / total_) : 0;
  std::string line = str_cat(label_, " ", static_cast<int>(100 * share), " %  ", detail);
  if (share > 0) line += "  left " + format_duration(seconds() * (1 - share) / share);
  if (terminal_) {
    std::fprintf(stderr, "\r\033[K%s", line.c_str());
    line_open_ = true;
  } else {
    log_info(line);
  }
}

void Progress::finish() {
  if (std::exchange(line_open_, false)) std::fputs("\r\033[K", stderr);
}

}  // namespace amt
