#include "amt/collective/odd_ranks.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>

#include "amt/process/log.hpp"

namespace amt {

OddRanks odd_ranks(std::span<const Vote> votes) {
  std::map<std::uint64_t, std::size_t> votes_for;
  for (const Vote& vote : votes) ++votes_for[vote.value];
  if (votes_for.size() <= 1) return {};
  const auto most = std::ranges::max_element(
      votes_for, {}, [](const auto& value_and_votes) { return value_and_votes.second; });
  OddRanks found;
  found.outvoted = 2 * most->second > votes.size();
  std::set<int> odd;
  for (const Vote& vote : votes) {
    if (!found.outvoted || vote.value != most->first) odd.insert(vote.rank);
  }
  found.ranks.assign(odd.begin(), odd.end());
  return found;
}

void require_no_odd_ranks(const mpi::Communicator& ranks, const OddRanks& odd,
                          const std::string& what, std::int64_t equal_step) {
  if (odd.ranks.empty()) return;
  const std::vector<std::string> names = ranks.all_gather(log_identity());
  const std::vector<std::string> host_of = ranks.all_gather(ranks.host());
  std::string list;
  std::set<std::string> hosts;
  for (const int rank : odd.ranks) {
    const auto r = static_cast<std::size_t>(rank);
    list += (list.empty() ? "" : ", ") + names[r];
    hosts.insert(host_of[r]);
  }
  throw WrongNumbers(fmt::format("{}, last equal after step {}: wrong on {}{}", what, equal_step,
                                 odd.outvoted ? "" : "one or more of ", list),
                     equal_step, {hosts.begin(), hosts.end()});
}

}  // namespace amt
