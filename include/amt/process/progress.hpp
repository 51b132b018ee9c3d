// A progress line on stderr: share done, rate, time left.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace amt {

/// Seconds for the rest of `total` at the rate from `before` to `done`, which took `seconds`; not a
/// number if nothing was done.
double seconds_left(std::uint64_t before, std::uint64_t done, std::uint64_t total, double seconds);

/// Rewrites one line while stderr is a terminal; otherwise prints a plain line from time to time.
/// Prints on rank 0 only. Not thread-safe.
class Progress {
 public:
  /// `total` in the same unit as update(). `before`: what earlier processes have done of it, which
  /// counts for the share done but not for the rate. `interval` in seconds between plain lines.
  Progress(std::string label, std::uint64_t total, std::uint64_t before = 0,
           double interval = 10.0);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// `done` so far, of `total`, with `before`; `detail` is printed after the share, e.g. "2,310
  /// files/s".
  void update(std::uint64_t done, const std::string& detail);

  /// Clears a terminal's line. Called by the destructor as well.
  void finish();

  double seconds() const;  ///< since construction

 private:
  using Clock = std::chrono::steady_clock;
  std::string label_;
  std::uint64_t total_;
  std::uint64_t before_;
  double interval_;
  bool terminal_;
  bool line_open_ = false;
  Clock::time_point start_;
  Clock::time_point last_;
};

}  // namespace amt
