// Finds ranks whose copies of the training state have drifted apart: a flipped bit in memory, a
// device that updates wrongly, a network that corrupts a sum.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "amt/mpi/communicator.hpp"
#include "amt/ops/ops.hpp"

namespace amt {

/// Returns the XXH3 of floats in the memory of a device. Reads them once, in pieces that fit into a
/// CPU's cache. Waits for the device. Local.
std::uint64_t hash_floats(Ops& ops, const float* data, std::int64_t count);

/// A tensor of which every rank has a copy, in the memory of its device.
struct Replica {
  const char* name;  ///< plural, for the message: "parameters"
  const float* data;
  std::int64_t count;
};

class ReplicaCheck {
 public:
  /// `ranks` must outlive this object.
  ReplicaCheck(Ops& ops, const mpi::Communicator& ranks) : ops_(ops), ranks_(ranks) {}

  /// The copies are equal after this many steps because they have just been made.
  void start_at(std::int64_t step) { equal_step_ = step; }

  /// Collective. Compares the copies as they are after `step` steps, unless that has been done.
  /// WrongNumbers if they differ. A single rank has nothing to compare, and reads nothing.
  void compare(std::int64_t step, std::span<const Replica> replicas);

 private:
  Ops& ops_;
  const mpi::Communicator& ranks_;
  std::int64_t equal_step_ = -1;  // steps after which they were last equal
};

}  // namespace amt
