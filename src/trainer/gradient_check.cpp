#include "amt/trainer/gradient_check.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <vector>

#include "amt/base/hash.hpp"
#include "amt/collective/odd_ranks.hpp"
#include "amt/process/log.hpp"

namespace amt {
namespace {

/// The hashes of the two gradients that a rank has computed.
struct Pair {
  std::uint64_t own = 0, checked = 0;
};

bool all_equal(const mpi::Communicator& ranks, const std::string& text) {
  const auto hashes = ranks.all_gather_value(xxh3_64(std::as_bytes(std::span(text))));
  return std::ranges::all_of(hashes, [&](std::uint64_t hash) { return hash == hashes.front(); });
}

}  // namespace

GradientCheck::GradientCheck(const mpi::Communicator& ranks, std::int64_t interval,
                             const std::string& arithmetic)
    : ranks_(ranks), interval_(interval) {
  if (interval_ == 0 || all_equal(ranks, arithmetic)) return;
  log_info("the ranks' devices differ, so they do not check each other's gradients");
  interval_ = 0;
}

/// Returns the distance to the checked rank: never a multiple of the number of ranks, so a rank
/// checks itself only if it is alone.
int GradientCheck::shift(std::int64_t step) const {
  if (ranks_.size() == 1) return 0;
  return static_cast<int>(1 + (step / interval_) % (ranks_.size() - 1));
}

int GradientCheck::checked_rank(std::int64_t step) const {
  return (ranks_.rank() + shift(step)) % ranks_.size();
}

void GradientCheck::compare(std::int64_t step, std::uint64_t own, std::uint64_t checked,
                            const Recompute& recompute) {
  const std::vector<Pair> all = ranks_.all_gather_value(Pair{own, checked});
  for (int checker = 0; checker < ranks_.size(); ++checker) {
    const int rank = (checker + shift(step)) % ranks_.size();
    const std::uint64_t of_rank = all[rank].own, of_checker = all[checker].checked;
    if (of_rank == of_checker) continue;
    std::vector<Vote> votes = {{rank, of_rank}, {checker, of_checker}};
    for (const std::uint64_t again : ranks_.all_gather_value(recompute(rank))) {
      votes.push_back({static_cast<int>(votes.size()) - 2, again});
    }
    require_no_odd_ranks(ranks_, odd_ranks(votes),
                         fmt::format("a gradient of step {} differs when recomputed", step),
                         passed_step_);
  }
  passed_step_ = step + 1;
}

}  // namespace amt
