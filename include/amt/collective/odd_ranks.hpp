// Finds the ranks that have computed something else than the others, from values that must be equal
// bit for bit.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "amt/base/error.hpp"
#include "amt/mpi/communicator.hpp"
#include "amt/mpi/run_on_all.hpp"

namespace amt {

/// What a rank has computed, or its hash. A rank may vote more than once.
struct Vote {
  int rank = 0;
  std::uint64_t value = 0;
};

struct OddRanks {
  std::vector<int> ranks;  ///< ascending; empty if all votes are equal
  /// More than half of all votes are for one value, and `ranks` are those that voted for another.
  /// False: no value has so many votes, so `ranks` are all that voted, and one of them is right.
  bool outvoted = true;
};

OddRanks odd_ranks(std::span<const Vote> votes);

/// Ranks that must agree bit for bit do not. All ranks throw it, with the same message.
class WrongNumbers : public mpi::CollectiveError {
 public:
  WrongNumbers(const std::string& message, std::int64_t equal_step, std::vector<std::string> hosts)
      : CollectiveError(message, ExitCode::kWrongNumbers),
        equal_step_(equal_step),
        hosts_(std::move(hosts)) {}
  /// The number of steps after which the ranks last agreed.
  std::int64_t equal_step() const { return equal_step_; }
  /// The hosts of the ranks that may be wrong, each once. If there is only one, it is the cause.
  const std::vector<std::string>& hosts() const { return hosts_; }

 private:
  std::int64_t equal_step_;
  std::vector<std::string> hosts_;
};

/// Collective. Throws WrongNumbers if there are odd ranks. The message begins with `what` and names
/// the ranks: "the ranks' parameters differ after step 400, last equal after step 300: wrong on
/// rank 3 of 8 on node17".
void require_no_odd_ranks(const mpi::Communicator& ranks, const OddRanks& odd,
                          const std::string& what, std::int64_t equal_step);

}  // namespace amt
