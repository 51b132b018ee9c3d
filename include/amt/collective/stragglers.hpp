// Finds stragglers, ranks that hold the others up: a throttled processor, a busy node, a slow disk.
// In a step all ranks wait for the slowest, so only the time before they wait tells them apart.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "amt/mpi/communicator.hpp"

namespace amt {

/// A rank is slow if its own work takes longer than this many times the median of all ranks.
constexpr double kSlow = 1.5;

/// The median of the ranks' times (of an even number the lower middle) if that of `rank` is more
/// than kSlow times as long.
std::optional<double> exceeded_median(std::span<const double> seconds, int rank);

/// Compares the ranks at regular intervals of steps.
class Stragglers {
 public:
  /// `interval` in steps; 0: never. `ranks` must outlive it.
  Stragglers(const mpi::Communicator& ranks, std::int64_t interval)
      : ranks_(ranks), interval_(interval) {}

  /// Collective at the end of every interval-th step, else local. `step` was done in `seconds` of
  /// this rank's own work. A rank that was slow warns, with its host, of itself. The first step of
  /// a process does not count: it makes connections and chooses algorithms.
  void add(std::int64_t step, double seconds);

 private:
  void compare(std::int64_t step);

  const mpi::Communicator& ranks_;
  std::int64_t interval_;
  std::int64_t steps_ = -1;  // that count for the sum
  double seconds_ = 0;
};

}  // namespace amt
