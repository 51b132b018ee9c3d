// Ends a process that hangs: a broken link or a missing rank leaves every other rank waiting in MPI
// forever.
#pragma once

#include <cstdint>
#include <string>

#include "amt/base/activity.hpp"
#include "amt/process/poller.hpp"

namespace amt {

/// Returns the seconds without progress after which a hanging rank reports, always less than limit
/// + 30. A rank that hangs in its own work is the cause and reports at the limit. Ranks that wait
/// for it report a little later, and not all at once: when the first rank ends, the launcher ends
/// the others, by SIGTERM and about a second later by SIGKILL. `being_ended` means that SIGTERM has
/// arrived.
double patience(double limit, const Activity& activity, int rank, bool being_ended);

/// Measures how long there has been no progress. Time in which the process did not run does not
/// count: a suspended job or a jump of the clock must not end it.
class IdleTime {
 public:
  explicit IdleTime(double tick) : tick_(tick) {}
  /// Must be called about every `tick` seconds. `progress` is Activity::progress; `elapsed` is the
  /// time in seconds since the last call. Returns the seconds without progress so far.
  double add(std::uint64_t progress, double elapsed);

 private:
  double tick_;
  double idle_ = 0;
  std::uint64_t progress_ = 0;
};

/// Describes where the process hangs, to be printed after log_identity().
std::string describe_hang(const Activity& activity, double idle, double limit);

/// Watches the main thread from a background thread. When there has been no progress for patience()
/// seconds, prints one line and ends the process with ExitCode::kWatchdog, immediately and without
/// MPI, which may hang as well. As after a kill, incomplete files do not appear.
class Watchdog {
 public:
  /// `limit` is in seconds, above 0. `rank` is this process's rank, taken from the launcher if MPI
  /// is not started.
  Watchdog(double limit, int rank);

 private:
  void look(double elapsed);

  double limit_;
  int rank_;
  IdleTime idle_time_;
  Poller poller_;  // last, because its thread uses the other members
};

}  // namespace amt
