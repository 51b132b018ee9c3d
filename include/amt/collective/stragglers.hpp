// Finds stragglers, ranks that delay the others because of a throttled CPU, a busy node or a slow
// disk. In every step all ranks wait for the slowest, so only the time before they wait differs.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "amt/mpi/communicator.hpp"

namespace amt {

/// A rank is slow if its own work takes longer than this many times the median of all ranks.
constexpr double kSlow = 1.5;

/// Returns the median of the ranks' times (the lower of the two middle ones) if the time of `rank`
/// is more than kSlow times the median.
std::optional<double> exceeded_median(std::span<const double> seconds, int rank);

/// Compares the ranks at regular intervals.
class Stragglers {
 public:
  /// `interval` is in steps; 0 disables the comparison. `ranks` must outlive this object.
  Stragglers(const mpi::Communicator& ranks, std::int64_t interval)
      : ranks_(ranks), interval_(interval) {}

  /// Collective at the end of every interval-th step, otherwise local. `seconds` is the time that
  /// this rank spent on its own work in `step`. A slow rank logs a warning about itself that names
  /// its host, after the 1st, 2nd, 4th, 8th ... comparison in which it was slow. The first step of
  /// a process is ignored, because it sets up connections and chooses algorithms.
  void add(std::int64_t step, double seconds);

 private:
  void compare(std::int64_t step);

  const mpi::Communicator& ranks_;
  std::int64_t interval_;
  std::int64_t steps_ = -1;  // steps in seconds_
  double seconds_ = 0;
  std::uint64_t compared_ = 0, slow_ = 0;  // comparisons; those in which this rank was slow
};

}  // namespace amt
