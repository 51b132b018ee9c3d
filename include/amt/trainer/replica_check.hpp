// Finds ranks whose copies of the training state differ, for example because of a flipped bit in
// memory, a faulty device or a corrupted message.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "amt/mpi/communicator.hpp"
#include "amt/ops/ops.hpp"

namespace amt {

/// Returns the XXH3 of `count` floats in device memory. Reads them once, in pieces that fit in a
/// CPU's cache. Waits for the device. Local.
std::uint64_t hash_floats(Ops& ops, const float* data, std::int64_t count);

/// A tensor in device memory of which every rank has a copy.
struct Replica {
  const char* name;  ///< plural, for the message: "parameters"
  const float* data;
  std::int64_t count;
};

class ReplicaCheck {
 public:
  /// `ranks` must outlive this object.
  ReplicaCheck(Ops& ops, const mpi::Communicator& ranks) : ops_(ops), ranks_(ranks) {}

  /// Records that the copies, which have just been made, are equal after `step` steps.
  void start_at(std::int64_t step) { equal_step_ = step; }

  /// Collective. Compares the copies as they are after `step` steps, unless that has been done.
  /// Throws WrongNumbers if they differ. Does nothing on a single rank.
  void compare(std::int64_t step, std::span<const Replica> replicas);

 private:
  Ops& ops_;
  const mpi::Communicator& ranks_;
  std::int64_t equal_step_ = -1;  // steps after which they were last equal
};

}  // namespace amt
