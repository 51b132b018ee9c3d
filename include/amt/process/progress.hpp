// A progress line on stderr: fraction done, rate, time left.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace amt {

/// Estimates the seconds for the rest of `total` if getting from `before` to `done` took `seconds`;
/// NaN if nothing was done.
double seconds_left(std::uint64_t before, std::uint64_t done, std::uint64_t total, double seconds);

/// Rewrites one line if stderr is a terminal that understands escape codes, unless NO_COLOR is set
/// or TERM is "dumb"; otherwise prints a plain line at intervals. Prints on rank 0 only. Not
/// thread-safe.
class Progress {
 public:
  /// `total` has the same unit as in update(). `before` is the amount done by earlier processes,
  /// which counts towards the fraction done but not the rate. `interval` is the time in seconds
  /// between plain lines.
  Progress(std::string label, std::uint64_t total, std::uint64_t before = 0,
           double interval = 10.0);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// `done` of `total` is the amount so far, including `before`; `detail` is printed after the
  /// fraction, e.g. "2,310 files/s".
  void update(std::uint64_t done, const std::string& detail);

  /// Clears a terminal's line. The destructor calls it too.
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
