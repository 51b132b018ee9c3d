#include "amt/mpi/agreement.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <vector>

#include "amt/base/hash.hpp"
#include "amt/mpi/run_on_all.hpp"
#include "amt/process/log.hpp"

namespace amt::mpi {
namespace {

/// Two ranks: one with the most common value, and the lowest with a different one.
struct Disagreement {
  int usual = 0, odd = -1;
};

/// Compares the `hashes` of one fact, by rank. On a tie, the lower rank's value counts as the
/// common one.
Disagreement compare(std::span<const std::string> hashes) {
  std::map<std::string, int> ranks_with;
  for (const std::string& hash : hashes) ++ranks_with[hash];
  Disagreement found;
  for (std::size_t r = 0; r < hashes.size(); ++r) {
    const std::size_t usual = found.usual;
    if (ranks_with[hashes[r]] > ranks_with[hashes[usual]]) found.usual = static_cast<int>(r);
  }
  const auto odd = std::ranges::find_if(
      hashes, [&](const std::string& hash) { return hash != hashes[found.usual]; });
  if (odd != hashes.end()) found.odd = static_cast<int>(odd - hashes.begin());
  return found;
}

struct Lines {
  std::string here, there;
};

/// Returns the first line in which two texts differ.
Lines first_difference(const std::string& here, const std::string& there) {
  std::istringstream a(here), b(there);
  Lines lines;
  do {
    lines = {};
    std::getline(a, lines.here);
    std::getline(b, lines.there);
  } while (lines.here == lines.there && (a || b));
  return lines;
}

/// Returns the text of `rank` on all ranks. Collective.
std::string from(const Communicator& communicator, int rank, std::string text) {
  communicator.broadcast(text, rank);
  return text;
}

[[noreturn]] void disagree(const Communicator& communicator, const SharedFact& fact,
                           const Disagreement& found) {
  const std::string odd = from(communicator, found.odd, fact.value);
  const std::string usual = from(communicator, found.usual, fact.value);
  const std::string name = from(communicator, found.odd, log_identity());
  const auto [here, there] = first_difference(odd, usual);
  throw CollectiveError(
      fmt::format("the {} differs: {} has '{}', rank {} and most others have '{}'; {}", fact.name,
                  name, here, found.usual, there, fact.remedy),
      ExitCode::kUsage);
}

}  // namespace

void require_equal(const Communicator& communicator, std::span<const SharedFact> facts) {
  std::string mine;
  for (const SharedFact& fact : facts) mine += hex64(xxh3_64(std::as_bytes(std::span(fact.value))));
  const std::vector<std::string> all = communicator.all_gather(mine);
  const std::size_t length = facts.empty() ? 0 : mine.size() / facts.size();
  for (std::size_t i = 0; i < facts.size(); ++i) {
    std::vector<std::string> hashes;
    for (const std::string& rank : all) hashes.push_back(rank.substr(i * length, length));
    const Disagreement found = compare(hashes);
    if (found.odd >= 0) disagree(communicator, facts[i], found);
  }
}

}  // namespace amt::mpi
