// MPI, wrapped: the only place that knows <mpi.h>. Every call is checked; errors name the rank, the
// host and the operation. All functions marked collective must be called by every rank of the
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

/// MPI_Init on construction, MPI_Finalize on destruction. One per process, in main's thread, which
/// is the only thread that may call MPI (MPI_THREAD_FUNNELED).
class Session {
 public:
  Session();
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
};

/// True between the construction and the destruction of the Session.
bool active();

/// Whether this process is a job of one rank. Only while active.
bool alone();

/// "Open MPI v4.1.4": works before MPI is started.
std::string library_version();

/// Ends all ranks of the job at once with this exit code. For errors on one rank only, while the
/// others may wait in a collective. Under Open MPI's mpirun, which ends the others then, the rank
/// exits: MPI_Abort would print seven lines more. Other launchers may let the others wait, so there
/// it is MPI_Abort.
[[noreturn]] void end_job(ExitCode code);

/// A transfer in progress. Waits in its destructor, so that its buffer may be freed after it.
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

/// A group of ranks. Move-only; its communicator is freed with it, which must be before the
/// Session.
class Communicator {
 public:
  static Communicator world();  ///< collective
  static Communicator self();   ///< this process alone; local, needs no MPI
  Communicator(Communicator&&) noexcept;
  Communicator& operator=(Communicator&&) noexcept;
  ~Communicator();

  int rank() const { return rank_; }
  int size() const { return size_; }
  const std::string& host() const { return host_; }
  int ranks_on_host() const { return ranks_on_host_; }  ///< how many share this machine
  int rank_on_host() const { return rank_on_host_; }

  // All of these are collective and blocking, unless they return a Request.
  void barrier() const;
  void broadcast(std::span<std::byte> bytes, int root) const;  ///< equal sizes on all ranks
  void broadcast(std::string& text, int root) const;           ///< resized on the others
  /// Rank `root`'s value on all ranks.
  template <class T>
  void broadcast_value(T& value, int root) const {
    static_assert(std::is_trivially_copyable_v<T>);
    broadcast(std::as_writable_bytes(std::span(&value, 1)), root);
  }
  void all_reduce_sum(std::span<double> values) const;
  void all_reduce_sum(std::span<std::uint64_t> values) const;
  void all_reduce_sum(std::span<float> values) const;
  Request start_all_reduce_sum(std::span<float> values) const;  ///< in place
  /// In place on `root`; elsewhere `values` stays as it is.
  Request start_reduce_sum(std::span<float> values, int root) const;
  std::int64_t all_reduce_max(std::int64_t value) const;
  bool all_of(bool value) const;
  bool any_of(bool value) const;
  /// Every rank's bytes, in rank order, on every rank.
  std::vector<std::string> all_gather(const std::string& bytes) const;
  /// Every rank's value, in rank order, on every rank.
  template <class T>
  std::vector<T> all_gather_value(const T& value) const {
    static_assert(std::is_trivially_copyable_v<T>);
    std::vector<T> all(size_, value);
    all_gather_in_place(std::as_writable_bytes(std::span(all)));
    return all;
  }
  /// `values` holds counts[r] floats of each rank r, in rank order: this rank's on entry, all of
  /// them afterwards.
  void all_gather(std::span<float> values, std::span<const std::size_t> counts) const;
  /// Every rank's bytes on `root`; empty elsewhere.
  std::vector<std::string> gather(const std::string& bytes, int root) const;

  /// parts[r] goes to rank r: whole items of `item_bytes` bytes. What arrives is packed in rank
  /// order at the start of `received`, which grows as needed and never shrinks; its counts of items
  /// are the result. Counts are MPI ints in units of items: Error if one does not fit.
  std::vector<std::size_t> all_to_all(std::span<const std::span<const std::byte>> parts,
                                      std::size_t item_bytes,
                                      std::vector<std::byte>& received) const;

 protected:
  /// Without MPI: collectives return at once and bring nothing from others.
  Communicator(int rank, int size);

 private:
  struct Impl;
  explicit Communicator(std::unique_ptr<Impl> impl);
  /// `all` holds as many bytes of each rank, in rank order: this rank's on entry.
  void all_gather_in_place(std::span<std::byte> all) const;
  std::unique_ptr<Impl> impl_;
  int rank_ = 0;
  int size_ = 1;
  int ranks_on_host_ = 1;
  int rank_on_host_ = 0;
  std::string host_;
};

}  // namespace amt::mpi
