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

/// The median of the ranks' times (the lower one of two) if the time of `rank` is more than kSlow
/// times as long.
std::optional<double> exceeded_median(std::span<const double> seconds, int rank);

/// Compares the ranks at regular intervals.
class Stragglers {
 public:
  /// `interval` is in steps; 0: never. `ranks` must outlive this object.
  Stragglers(const mpi::Communicator& ranks, std::int64_t interval)
      : ranks_(ranks), interval_(interval) {}

  /// Collective at the end of every interval-th step, else local. `seconds` is the time of this
  /// rank's own work in `step`. A slow rank logs a warning about itself with its host. The first
  /// step of a process does not count, because it sets up connections and chooses algorithms.
  void add(std::int64_t step, double seconds);

 private:
  void compare(std::int64_t step);

  const mpi::Communicator& ranks_;
  std::int64_t interval_;
  std::int64_t steps_ = -1;  // steps in seconds_
  double seconds_ = 0;
};

}  // namespace amt
