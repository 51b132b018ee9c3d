// Collectives on device memory. What ranks agree on goes through the communicator.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "amt/collective/slices.hpp"
#include "amt/mpi/communicator.hpp"
#include "amt/ops/ops.hpp"

namespace amt {

/// All functions are collective but poll() and what is said to be local. Pointers are to device
/// memory of the model's Ops.
class Reducer {
 public:
  virtual ~Reducer() = default;
  virtual std::string name() const = 0;

  /// Rank 0's floats to all.
  virtual void broadcast(float* data, std::int64_t count) = 0;

  /// Starts summing one range of a buffer over the ranks, in place; it may not be touched until
  /// wait(). Every rank starts the same ranges in the same order.
  virtual void all_reduce(float* data, std::int64_t count) = 0;
  /// Starts summing one range of a buffer so that each rank gets the sums of its own slice alone;
  /// elsewhere the range is of no use afterwards. Half of all_reduce()'s bytes are sent: the other
  /// half is all_gather()'s. `buffer` must outlive wait(); between two of those, ranges are started
  /// with it alone. For 3 ranks or more the order of a sum may differ from all_reduce()'s; it is
  /// the same each time.
  virtual void reduce_scatter(const SlicedBuffer& buffer, Slice range) = 0;
  /// Each rank's slice to all others, in place. Work that the Ops are given afterwards finds it.
  virtual void all_gather(const SlicedBuffer& buffer) = 0;
  /// Waits on the host until everything that was started is done. Error if any of it has failed:
  /// nothing may be made of the data then.
  virtual void wait() = 0;

  /// Bytes that this rank has handed to all_reduce() and reduce_scatter() so far: what a step costs
  /// the network. 0 where nothing has to be sent. Local.
  virtual std::uint64_t reduced_bytes() const { return 0; }

  /// Local, and the only function that another thread may call, at any moment in the reducer's life
  /// (about once a second): looks whether the communication has failed meanwhile. If so it ends it,
  /// so that a call that waits for the device returns, and the next call of the waiting thread
  /// throws what has happened. Does nothing where the waiting thread would notice itself.
  virtual void poll() noexcept {}
};

/// For one process.
std::unique_ptr<Reducer> make_single_reducer();

/// MPI through host memory; `ops` and `communicator` must outlive it.
std::unique_ptr<Reducer> make_mpi_reducer(Ops& ops, const mpi::Communicator& communicator);

}  // namespace amt
