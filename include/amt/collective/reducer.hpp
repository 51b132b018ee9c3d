// What the trainer asks of the other ranks, named by intent.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "amt/mpi/communicator.hpp"
#include "amt/ops/ops.hpp"

namespace amt {

/// Sums gradients over the ranks that train together. All functions are collective.
class Reducer {
 public:
  virtual ~Reducer() = default;
  virtual std::string name() const = 0;
  virtual int rank() const = 0;
  virtual int ranks() const = 0;

  /// Rank 0's floats to all. Device memory of the model's Ops.
  virtual void broadcast(float* data, std::int64_t count) = 0;

  /// Starts summing one range of a gradient buffer in place; it may not be touched until finish().
  /// Every rank starts the same ranges in the same order.
  virtual void start_sum(float* data, std::int64_t count) = 0;
  /// Waits until every range that was started is summed.
  virtual void finish() = 0;

  /// Sums host scalars (losses, counts).
  virtual void sum(std::span<double> values) = 0;
  virtual double max(double value) = 0;
  virtual bool any(bool value) = 0;

  /// Bytes that this rank has handed to start_sum() and sum() so far: what a step costs the
  /// network. 0 where nothing has to be sent. Local.
  virtual std::uint64_t summed_bytes() const { return 0; }
};

/// For one process.
std::unique_ptr<Reducer> make_single_reducer();

/// MPI through host memory; `ops` and `communicator` must outlive it.
std::unique_ptr<Reducer> make_mpi_reducer(Ops& ops, mpi::Communicator& communicator);

}  // namespace amt
