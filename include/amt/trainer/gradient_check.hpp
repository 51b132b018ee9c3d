// Finds ranks that compute wrong gradients, for example because of a faulty core, GPU or memory.
// Comparing the ranks' parameters cannot find them, because all ranks apply the same wrong sum.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "amt/mpi/communicator.hpp"

namespace amt {

/// At regular intervals, each rank computes the gradient of another rank's first micro-batch before
/// its own, and the two ranks' results are compared bit for bit. A single rank repeats its own
/// computation, which reveals only transient errors.
class GradientCheck {
 public:
  /// Computes the gradient of a rank's first micro-batch and returns its hash. Local.
  using Recompute = std::function<std::uint64_t(int rank)>;

  /// Collective. `interval` is in steps; 0: never. `arithmetic` describes everything else that
  /// the bits depend on, such as the device's name; if it differs among the ranks, checks are
  /// disabled and rank 0 logs the reason. `ranks` must outlive this object.
  GradientCheck(const mpi::Communicator& ranks, std::int64_t interval,
                const std::string& arithmetic);

  /// Returns whether checks are enabled; the same on all ranks.
  bool enabled() const { return interval_ > 0; }
  bool due(std::int64_t step) const { return enabled() && (step + 1) % interval_ == 0; }
  /// Treats the first `step` steps as confirmed, because a check has confirmed them or none can.
  void start_at(std::int64_t step) { passed_step_ = step; }
  /// Returns the number of steps that have been confirmed.
  std::int64_t passed_step() const { return passed_step_; }

  /// Returns the rank whose gradient this rank recomputes in `step`; it changes with each check.
  int checked_rank(std::int64_t step) const;

  /// Collective. Must be called in a step that is due, after both gradients have been computed and
  /// before the parameters change. `own` is the hash of this rank's gradient, `checked` that of
  /// checked_rank()'s. If the two hashes of a gradient differ, all ranks recompute it, and the
  /// majority decides. Throws WrongNumbers that names the ranks with other hashes.
  void compare(std::int64_t step, std::uint64_t own, std::uint64_t checked,
               const Recompute& recompute);

 private:
  int shift(std::int64_t step) const;

  const mpi::Communicator& ranks_;
  std::int64_t interval_;
  std::int64_t passed_step_ = 0;
};

}  // namespace amt
