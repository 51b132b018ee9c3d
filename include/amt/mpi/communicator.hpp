// A wrapper for MPI; only this folder includes <mpi.h>. Every call is checked; errors name the
// rank, the host and the operation. Functions marked collective must be called by every rank of the
// communicator, in the same order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "amt/base/error.hpp"

namespace amt::mpi {

/// Calls MPI_Init on construction and MPI_Finalize on destruction. There must be one per process,
/// in the main thread, which is the only thread that may call MPI (MPI_THREAD_FUNNELED).
class Session {
 public:
  Session();
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
};

/// Returns true during the lifetime of the Session.
bool active();

/// Returns whether this job has only one rank. Must be called while active.
bool alone();

/// Returns the MPI library and its version: "Open MPI v4.1.4". Works before MPI is started.
std::string library_version();

/// Ends all ranks of the job at once with this exit code. Meant for errors on one rank while others
/// may be waiting in a collective. Under Open MPI's mpirun, which then ends the others, the rank
/// just exits, because MPI_Abort would print seven more lines. Other launchers may let the others
/// wait, so there it calls MPI_Abort.
[[noreturn]] void end_job(ExitCode code);

/// A transfer in progress. Its destructor waits, so that its buffer may be freed afterwards.
class Request {
 public:
  Request();
  Request(Request&&) noexcept;
  Request& operator=(Request&&) noexcept;
  ~Request();
  void wait();
  bool done();  ///< also drives progress

 private:
  friend class Communicator;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A group of ranks. Move-only; frees its MPI communicator on destruction, which must be before the
/// Session ends.
class Communicator {
 public:
  static Communicator world();  ///< collective
  static Communicator self();   ///< this process alone; local, does not need MPI
  Communicator(Communicator&&) noexcept;
  Communicator& operator=(Communicator&&) noexcept;
  ~Communicator();

  int rank() const { return rank_; }
  int size() const { return size_; }
  const std::string& host() const { return host_; }
  int ranks_on_host() const { return ranks_on_host_; }  ///< ranks on this machine
  int rank_on_host() const { return rank_on_host_; }

  // The following are collective, and blocking unless they return a Request.
  void barrier() const;
  void broadcast(std::span<std::byte> bytes, int root) const;  ///< equal sizes on all ranks
  void broadcast(std::string& text, int root) const;           ///< resized on the other ranks
  /// Copies the value on rank `root` to all ranks.
  template <class T>
  void broadcast_value(T& value, int root) const {
    static_assert(std::is_trivially_copyable_v<T>);
    broadcast(std::as_writable_bytes(std::span(&value, 1)), root);
  }
  void all_reduce_sum(std::span<double> values) const;
  void all_reduce_sum(std::span<std::uint64_t> values) const;
  void all_reduce_sum(std::span<float> values) const;
  Request start_all_reduce_sum(std::span<float> values) const;  ///< in place
  /// Sums in place on `root`; on other ranks `values` is unchanged.
  Request start_reduce_sum(std::span<float> values, int root) const;
  std::int64_t all_reduce_max(std::int64_t value) const;
  bool all_of(bool value) const;
  bool any_of(bool value) const;
  /// Returns every rank's bytes, in rank order, on every rank.
  std::vector<std::string> all_gather(const std::string& bytes) const;
  /// Returns every rank's value, in rank order, on every rank.
  template <class T>
  std::vector<T> all_gather_value(const T& value) const {
    static_assert(std::is_trivially_copyable_v<T>);
    std::vector<T> all(size_, value);
    all_gather_in_place(std::as_writable_bytes(std::span(all)));
    return all;
  }
  /// `values` holds counts[r] floats for each rank r, in rank order: only this rank's on entry, all
  /// of them afterwards.
  void all_gather(std::span<float> values, std::span<const std::size_t> counts) const;
  /// Returns every rank's bytes on `root`; empty elsewhere.
  std::vector<std::string> gather(const std::string& bytes, int root) const;

  /// Sends parts[r] to rank r, in complete items of `item_bytes` bytes. Received items are packed
  /// in rank order at the start of `received`, which grows as needed and never shrinks. Returns the
  /// number of items from each rank. Counts are MPI ints in units of items; throws Error if one
  /// does not fit.
  std::vector<std::size_t> all_to_all(std::span<const std::span<const std::byte>> parts,
                                      std::size_t item_bytes,
                                      std::vector<std::byte>& received) const;

 protected:
  /// Creates a communicator without MPI, whose collectives return at once and transfer nothing.
  Communicator(int rank, int size);

 private:
  struct Impl;
  explicit Communicator(std::unique_ptr<Impl> impl);
  /// `all` holds equally many bytes for each rank, in rank order: only this rank's on entry.
  void all_gather_in_place(std::span<std::byte> all) const;
  std::unique_ptr<Impl> impl_;
  int rank_ = 0;
  int size_ = 1;
  int ranks_on_host_ = 1;
  int rank_on_host_ = 0;
  std::string host_;
};

}  // namespace amt::mpi
