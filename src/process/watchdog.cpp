#include "amt/process/watchdog.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"
#include "amt/process/log.hpp"
#include "amt/process/signals.hpp"

namespace amt {
namespace {

/// Returns the seconds between checks.
double tick_of(double limit) { return std::clamp(limit / 20, 0.01, 1.0); }

}  // namespace

double patience(double limit, const Activity& activity, int rank, bool being_ended) {
  if (being_ended) limit += 5;
  if (activity.waiting_in == nullptr) return limit;
  return limit + std::clamp(limit / 10, 2.0, 10.0) + std::min(1.5 * rank, 12.0);
}

double IdleTime::add(std::uint64_t progress, double elapsed) {
  idle_ = progress == progress_ ? idle_ + std::clamp(elapsed, 0.0, 2 * tick_) : 0;
  progress_ = progress;
  return idle_;
}

std::string describe_hang(const Activity& activity, double idle, double limit) {
  const std::string step = activity.step < 0 ? "" : fmt::format(", step {}", activity.step);
  const std::string where =
      activity.waiting_in == nullptr
          ? std::string("in its own work: a disk, a device or this program hangs")
          : fmt::format(
                "waiting for other ranks in {}: one of them, its host or the network hangs or is "
                "gone",
                activity.waiting_in);
  return fmt::format(
      "no progress for {} in {}{}, {}; start the same command again (--watchdog {:.6g} is its "
      "limit, in seconds)",
      format_duration(idle), activity.phase, step, where, limit);
}

Watchdog::Watchdog(double limit, int rank)
    : limit_(limit),
      rank_(rank),
      idle_time_(tick_of(limit)),
      poller_(tick_of(limit), [this](double elapsed) { look(elapsed); }) {}

void Watchdog::look(double elapsed) {
  const Activity activity = current_activity();
  const double idle = idle_time_.add(activity.progress, elapsed);
  if (idle < patience(limit_, activity, rank_, stop_signal() == SIGTERM)) return;
  log_named_error(describe_hang(activity, idle, limit_));
  _exit(static_cast<int>(ExitCode::kWatchdog));
}

}  // namespace amt
