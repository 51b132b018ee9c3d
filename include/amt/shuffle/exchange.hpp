// Sends rows from the rank that created them to the rank that will write them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "amt/mpi/communicator.hpp"
#include "amt/shuffle/row_key.hpp"

namespace amt {

/// Sends rows in rounds with bounded buffers. A round is collective: a rank with a full buffer
/// starts one in push(), and the others join in it from push() or finish(). Every rank must
/// therefore call finish(), even if its own work failed: it reports the failure there, and every
/// rank learns of it in the next round, so that no rank waits forever.
class RowExchange {
 public:
  using Receive = std::function<void(const RowId& id, const Row& row)>;
  /// Called by every rank after each round with the sums over all ranks of the numbers passed to
  /// set_progress().
  using Progressed = std::function<void(std::uint64_t a, std::uint64_t b)>;

  /// Collective. Passes the rows that arrive to `receive`, during push() and finish(), in an order
  /// that depends on the number of ranks.
  RowExchange(const mpi::Communicator& communicator, Receive receive, Progressed progressed = {});

  /// Sends a row; one for this rank itself is received at once. May take part in a round. Throws
  /// ExchangeStopped if a rank has failed.
  void push(int to, const RowId& id, const Row& row);

  void set_progress(std::uint64_t a, std::uint64_t b) { progress_[0] = a, progress_[1] = b; }

  /// Collective. Sends the remaining rows and takes part in rounds until all ranks have arrived.
  /// Pass false if this rank's own work failed, which stops the others. Returns true if every rank
  /// passed true.
  bool finish(bool succeeded);

  /// Returns the number of rows that a rank may buffer for sending in a job of `ranks` ranks, so
  /// that one rank receives about 64 MiB at most in a round.
  static std::size_t window_of(int ranks);
  std::size_t window() const { return window_; }

 private:
  void round(bool finished);

  const mpi::Communicator& communicator_;
  Receive receive_;
  Progressed progressed_;
  std::size_t window_;
  std::size_t held_ = 0;
  std::vector<std::vector<KeyedRow>> outgoing_;  // by destination
  std::vector<std::byte> received_;
  std::uint64_t progress_[2] = {0, 0};
  std::uint64_t finished_ranks_ = 0;
  bool failed_here_ = false;
  bool failed_ = false;  // on any rank
};

/// Thrown by push() on ranks whose own work succeeded while another rank's failed; only the latter
/// has an error message. The rank must then call finish(false), as after any other failure.
struct ExchangeStopped {};

}  // namespace amt
