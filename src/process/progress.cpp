#include "amt/process/progress.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <utility>

#include "amt/base/activity.hpp"
#include "amt/base/strings.hpp"
#include "amt/process/log.hpp"

namespace amt {
namespace {
constexpr double kTerminalInterval = 0.2;  // seconds between rewrites of a terminal's line

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

/// Escape codes are used only on terminals that support them, and only if the user has not disabled
/// them (no-color.org).
bool takes_escape_codes() {
  const char* terminal = std::getenv("TERM");
  return isatty(STDERR_FILENO) == 1 && !is_set("NO_COLOR") && terminal != nullptr &&
         std::strcmp(terminal, "dumb") != 0;
}

}  // namespace

double seconds_left(std::uint64_t before, std::uint64_t done, std::uint64_t total, double seconds) {
  if (done <= before) return std::numeric_limits<double>::quiet_NaN();
  const std::uint64_t left = total > done ? total - done : 0;
  return seconds * static_cast<double>(left) / static_cast<double>(done - before);
}

Progress::Progress(std::string label, std::uint64_t total, std::uint64_t before, double interval)
    : label_(std::move(label)),
      total_(total),
      before_(before),
      terminal_(takes_escape_codes()),
      start_(Clock::now()),
      last_(start_) {
  interval_ = terminal_ ? std::min(interval, kTerminalInterval) : interval;
}

Progress::~Progress() { finish(); }

double Progress::seconds() const {
  return std::chrono::duration<double>(Clock::now() - start_).count();
}

void Progress::update(std::uint64_t done, const std::string& detail) {
  note_progress();
  const Clock::time_point now = Clock::now();
  if (std::chrono::duration<double>(now - last_).count() < interval_) return;
  last_ = now;
  const std::uint64_t percent = total_ > 0 ? 100 * std::min(done, total_) / total_ : 0;
  std::string line = fmt::format("{} {} %  {}", label_, percent, detail);
  const double left = seconds_left(before_, done, total_, seconds());
  if (std::isfinite(left)) line += "  left " + format_duration(left);
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
