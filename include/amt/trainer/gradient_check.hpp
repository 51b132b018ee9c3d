// Finds ranks that compute wrong gradients: a broken core or GPU, or bad memory for activations. A
// wrong gradient goes into the sum that all ranks apply, so comparing the ranks' parameters does
// not show it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "amt/mpi/communicator.hpp"

namespace amt {

/// At regular intervals, each rank computes the gradient of another rank's first micro-batch before
/// it computes its own, and both compare the bits. A single rank repeats its own work, which finds
/// errors that do not recur.
class GradientCheck {
 public:
  /// Computes the gradient of the first micro-batch of a rank, and returns its hash. Local.
  using Recompute = std::function<std::uint64_t(int rank)>;

  /// Collective. `interval` is in steps; 0: never. `arithmetic` describes what else the bits depend
  /// on, such as the device's name: if it differs among the ranks, there are no checks, and rank 0
  /// says so. `ranks` must outlive this object.
  GradientCheck(const mpi::Communicator& ranks, std::int64_t interval,
                const std::string& arithmetic);

  /// Whether there are any checks at all. The same on all ranks.
  bool enabled() const { return interval_ > 0; }
  bool due(std::int64_t step) const { return enabled() && (step + 1) % interval_ == 0; }
  /// The first `step` steps count as confirmed, because there was a check or there cannot be one.
  void start_at(std::int64_t step) { passed_step_ = step; }
  /// Returns the number of steps that the last successful check confirms.
  std::int64_t passed_step() const { return passed_step_; }

  /// Returns the rank whose gradient this one recomputes in `step`: another one in each check.
  int checked_rank(std::int64_t step) const;

  /// Collective, when both gradients of a step that is due have been computed and the parameters
  /// are still the same. `own` is the hash of this rank's gradient, `checked` that of
  /// checked_rank(). If two hashes differ, all ranks recompute that gradient to find out which is
  /// right. WrongNumbers then names the others.
  void compare(std::int64_t step, std::uint64_t own, std::uint64_t checked,
               const Recompute& recompute);

 private:
  int shift(std::int64_t step) const;

  const mpi::Communicator& ranks_;
  std::int64_t interval_;
  std::int64_t passed_step_ = 0;
};

}  // namespace amt
