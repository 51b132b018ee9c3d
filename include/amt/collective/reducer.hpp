// Collectives on device memory. All other data is exchanged through the communicator.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "amt/collective/slices.hpp"
#include "amt/mpi/communicator.hpp"
#include "amt/ops/ops.hpp"

namespace amt {

/// All functions are collective except poll() and those marked local. Pointers are to device memory
/// of the model's Ops.
class Reducer {
 public:
  virtual ~Reducer() = default;
  virtual std::string name() const = 0;

  /// Copies rank 0's floats to all ranks.
  virtual void broadcast(float* data, std::int64_t count) = 0;

  /// Starts summing one range of a buffer over all ranks, in place; the range must not be accessed
  /// before wait(). Every rank must start the same ranges in the same order.
  virtual void all_reduce(float* data, std::int64_t count) = 0;
  /// Starts summing one range of a buffer so that each rank receives only the sums of its own
  /// slice; the rest of the range becomes unspecified. Sends half as many bytes as all_reduce();
  /// all_gather() sends the other half. `buffer` must outlive wait(), and until then no other
  /// buffer may be used. With 3 ranks or more, the order of a sum may differ from all_reduce()'s,
  /// but it is always the same.
  virtual void reduce_scatter(const SlicedBuffer& buffer, Slice range) = 0;
  /// Starts copying each rank's slice to all others, in place, from front to back. Nothing may use
  /// a part of the buffer before await_gathered() or wait().
  virtual void all_gather(const SlicedBuffer& buffer) = 0;
  /// Makes work that is queued on the Ops afterwards see the first `end` floats of the last
  /// all_gather(). Does not wait on the host. Local.
  virtual void await_gathered(std::int64_t /*end*/) {}
  /// Waits on the host until everything that was started is done. Throws Error if any of it failed;
  /// the data must then not be used.
  virtual void wait() = 0;

  /// Returns the bytes that this rank has passed to all_reduce() and reduce_scatter() so far: the
  /// network traffic of its steps. 0 if there is nothing to send. Local.
  virtual std::uint64_t reduced_bytes() const { return 0; }

  /// Checks whether the communication has failed. If so, ends it, so that a call that waits for the
  /// device returns, and the waiting thread's next call throws the cause. Does nothing if the
  /// waiting thread would notice the failure itself. Local, and the only function that another
  /// thread may call, at any time (about once a second).
  virtual void poll() noexcept {}
};

/// Makes a reducer for a single process.
std::unique_ptr<Reducer> make_single_reducer();

/// Makes a reducer that uses MPI on copies in host memory; `ops` and `communicator` must outlive
/// it.
std::unique_ptr<Reducer> make_mpi_reducer(Ops& ops, const mpi::Communicator& communicator);

}  // namespace amt
