#include "dry_ranks.hpp"

#include <fmt/core.h>

#include "amt/base/error.hpp"
#include "launcher.hpp"

namespace amt {
namespace {

constexpr std::uint64_t kMostRanks = 1 << 20;

}  // namespace

bool launched_with_others() { return launcher().ranks > 1 || !launcher().counted; }

int dry_run_ranks(bool is_dry_run, std::optional<std::uint64_t> asked) {
  if (!asked) return launcher().ranks;
  if (!is_dry_run) {
    throw UsageError(
        "--ranks needs --dry-run; otherwise the launcher sets the number of ranks (mpirun -n N, "
        "srun -n N)");
  }
  if (*asked < 1 || *asked > kMostRanks) {
    throw UsageError(fmt::format("--ranks must be from 1 to {}, not {}", kMostRanks, *asked));
  }
  const int ranks = static_cast<int>(*asked);
  if (launched_with_others() && launcher().counted && ranks != launcher().ranks) {
    throw UsageError(fmt::format(
        "--ranks {}, but {} ranks were started; leave it out, or start amt without a launcher",
        ranks, launcher().ranks));
  }
  return ranks;
}

}  // namespace amt
