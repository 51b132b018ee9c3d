// Sends rows from the rank that made them to the rank that will write them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "amt/mpi/communicator.hpp"
#include "amt/shuffle/row_key.hpp"

namespace amt {

/// Sends rows in rounds with a bounded buffer. A round is collective: a rank whose buffer is full
/// starts one, and takes part in the others' by being in one as well or by being in finish(). So
/// every rank must come to finish(), also after a failure of its own work: it says so there, and
/// every rank learns of it in the next round. Nobody is left waiting.
class RowExchange {
 public:
  using Receive = std::function<void(const RowId& id, const Row& row)>;
  /// Called by every rank after each round with the sums over all ranks of the numbers passed to
  /// set_progress().
  using Progressed = std::function<void(std::uint64_t a, std::uint64_t b)>;

  /// Collective. What arrives is given to `receive` within push() and finish(), in an order that
  /// depends on the number of ranks.
  RowExchange(const mpi::Communicator& communicator, Receive receive, Progressed progressed = {});

  /// A row for this rank itself is received at once. May take part in a round. Throws
  /// ExchangeStopped if a rank has failed.
  void push(int to, const RowId& id, const Row& row);

  void set_progress(std::uint64_t a, std::uint64_t b) { progress_[0] = a, progress_[1] = b; }

  /// Collective. Sends what is left and serves rounds until all ranks are here. Pass false if this
  /// rank's own work failed: the others then stop. Returns true if all ranks came with true.
  bool finish(bool succeeded);

  /// Rows that one rank may hold for sending, of so many ranks: what all of them together may send
  /// to one in a round stays near 64 MiB.
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

/// Thrown by push() on ranks whose own work is fine while another rank's failed; that rank has the
/// message. The thrower goes to finish(false) like any other failure.
struct ExchangeStopped {};

}  // namespace amt
