#include "amt/corpus/units.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"

namespace amt {
namespace {
constexpr char kDigits[] = "0123456789abcdef";
}

void SplitRule::validate() const {
  for (const char digit : valid + test) {
    if (std::string(kDigits).find(digit) == std::string::npos) {
      throw UsageError(
          str_cat("'", digit, "' is not a hex digit (0-9, a-f) that can choose a split"));
    }
  }
  const std::size_t both = valid.find_first_of(test);
  if (both != std::string::npos) {
    throw UsageError(str_cat("digit '", valid[both], "' cannot be in both valid and test"));
  }
}

Split SplitRule::of(char first_digit) const {
  if (valid.find(first_digit) != std::string::npos) return Split::kValid;
  if (test.find(first_digit) != std::string::npos) return Split::kTest;
  return Split::kTrain;
}

std::vector<Unit> make_units(const Corpus& corpus, int prefix_digits, const SplitRule& rule) {
  std::vector<Unit> units(std::size_t{1} << (4 * prefix_digits));
  std::size_t at = 0;
  for (std::size_t u = 0; u < units.size(); ++u) {
    Unit& unit = units[u];
    unit.index = static_cast<std::uint32_t>(u);
    for (int digit = prefix_digits - 1; digit >= 0; --digit) {
      unit.prefix += kDigits[u >> (4 * digit) & 15];
    }
    unit.split = rule.of(unit.prefix[0]);
    unit.first = at;
    for (; at < corpus.files.size() && corpus.files[at].md5.starts_with(unit.prefix); ++at) {
      unit.bytes += corpus.files[at].bytes;
    }
    unit.last = at;
  }
  return units;
}

std::uint64_t work_of(const Unit& unit, int augment) {
  constexpr std::uint64_t kParse =
      2;  // parsing a file takes as long as tokenising two copies of it
  return unit.bytes * (kParse + (unit.split == Split::kTrain ? static_cast<unsigned>(augment) : 1));
}

std::vector<int> assign_units(std::span<const Unit> units, int augment, int ranks) {
  std::vector<std::size_t> order(units.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::greater(),
                           [&](std::size_t u) { return work_of(units[u], augment); });
  std::vector<std::uint64_t> load(static_cast<std::size_t>(ranks), 0);
  std::vector<int> owner(units.size());
  for (const std::size_t u : order) {
    const auto least = std::ranges::min_element(load);
    *least += work_of(units[u], augment);
    owner[u] = static_cast<int>(least - load.begin());
  }
  return owner;
}

}  // namespace amt
