// Finds the ranks whose results differ from the majority's, where all must be equal bit for bit.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "amt/base/error.hpp"
#include "amt/mpi/communicator.hpp"
#include "amt/mpi/run_on_all.hpp"

namespace amt {

/// A rank's result, or its hash. A rank may vote more than once.
struct Vote {
  int rank = 0;
  std::uint64_t value = 0;
};

struct OddRanks {
  std::vector<int> ranks;  ///< ascending; empty if all votes are equal
  /// True if more than half of all votes are equal; `ranks` are then those that voted differently.
  /// False if there is no majority; `ranks` are then all that voted, although some may be right.
  bool outvoted = true;
};

OddRanks odd_ranks(std::span<const Vote> votes);

/// Thrown if the ranks' results must agree bit for bit but do not, by all ranks with the same
/// message.
class WrongNumbers : public mpi::CollectiveError {
 public:
  WrongNumbers(const std::string& message, std::int64_t equal_step, std::vector<std::string> hosts)
      : CollectiveError(message, ExitCode::kWrongNumbers),
        equal_step_(equal_step),
        hosts_(std::move(hosts)) {}
  /// Returns the number of steps after which the ranks last agreed.
  std::int64_t equal_step() const { return equal_step_; }
  /// Returns the hosts of the ranks that may be wrong, without duplicates. A single host is
  /// certainly the cause.
  const std::vector<std::string>& hosts() const { return hosts_; }

 private:
  std::int64_t equal_step_;
  std::vector<std::string> hosts_;
};

/// Collective. Throws WrongNumbers if `odd` contains any ranks. The message begins with `what` and
/// names the ranks: "the ranks' parameters differ after step 400, last equal after step 300: wrong
/// on rank 3 of 8 on node17".
void require_no_odd_ranks(const mpi::Communicator& ranks, const OddRanks& odd,
                          const std::string& what, std::int64_t equal_step);

}  // namespace amt
