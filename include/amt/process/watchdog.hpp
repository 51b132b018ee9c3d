// Ends a process that hangs: a cut link or a rank that never comes leaves every other rank waiting
// in MPI for ever.
#pragma once

#include <cstdint>
#include <string>

#include "amt/base/activity.hpp"
#include "amt/process/poller.hpp"

namespace amt {

/// Which of the ranks that hang together speaks first. A rank that hangs in its own work is the one
/// to be named: it speaks at the limit. Those that wait for it give it a little time, and then do
/// not all speak at once: the first to end makes the launcher end the others, by SIGTERM and about
/// a second later by SIGKILL. `being_ended`: SIGTERM has come. All in seconds, below limit + 30.
double patience(double limit, const Activity& activity, int rank, bool being_ended);

/// How long there was no sign of life. Time during which the process did not run does not count: a
/// job that was suspended, or a clock that jumped, must not end it.
class IdleTime {
 public:
  explicit IdleTime(double tick) : tick_(tick) {}
  /// Called about every `tick` seconds. `progress` is Activity's; `elapsed` in seconds since the
  /// last call. Returns the seconds without progress so far.
  double add(std::uint64_t progress, double elapsed);

 private:
  double tick_;
  double idle_ = 0;
  std::uint64_t progress_ = 0;
};

/// The line that says where the process stood; log_identity() goes before it.
std::string describe_hang(const Activity& activity, double idle, double limit);

/// Watches from a background thread for as long as it lives. When the main thread has shown no sign
/// of life for patience() seconds, prints one line and ends the process with
/// ExitCode::kWatchdog, at once and without MPI, which may hang as well: as after a kill, what was
/// not complete under its name is not there.
class Watchdog {
 public:
  /// `limit` in seconds, above 0. `rank` of this process, from the launcher if MPI is not started.
  Watchdog(double limit, int rank);

 private:
  void look(double elapsed);

  double limit_;
  int rank_;
  IdleTime idle_time_;
  Poller poller_;  // last: its thread looks at the others
};

}  // namespace amt
