#include "amt/corpus/units.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <utility>

#include "amt/base/error.hpp"

namespace amt {
namespace {

constexpr char kDigits[] = "0123456789abcdef";
constexpr std::size_t kPositionDigits = 13;  // 52 bits, which a double holds exactly
constexpr std::uint64_t kPositions = std::uint64_t{1} << 52;

/// Returns the position of an MD5 among all MD5s, from 0 to kPositions - 1. Missing digits are
/// replaced by `rest`.
std::uint64_t position_of(const std::string& md5, char rest) {
  std::string digits = md5.substr(0, kPositionDigits);
  digits.resize(kPositionDigits, rest);
  return std::stoull(digits, nullptr, 16);
}

/// The positions where the splits begin if they are given as fractions.
struct Bounds {
  explicit Bounds(const SplitRule& rule)
      : valid(kPositions - positions(rule.valid_fraction + rule.test_fraction)),
        test(kPositions - positions(rule.test_fraction)) {}
  static std::uint64_t positions(double fraction) { return std::llround(fraction * kPositions); }
  std::uint64_t valid, test;
};

}  // namespace

void SplitRule::validate() const {
  const auto is_fraction = [](double value) { return value >= 0 && value < 1; };
  if (!is_fraction(valid_fraction) || !is_fraction(test_fraction) ||
      !is_fraction(valid_fraction + test_fraction)) {
    throw UsageError(fmt::format(
        "--valid-fraction {:.6g} and --test-fraction {:.6g}: each must be at least 0, and their "
        "sum less than 1",
        valid_fraction, test_fraction));
  }
  for (const char digit : valid + test) {
    if (std::string(kDigits).find(digit) == std::string::npos) {
      throw UsageError(
          fmt::format("'{}' is not a hex digit (0-9, a-f) that can choose a split", digit));
    }
  }
  const std::size_t both = valid.find_first_of(test);
  if (both != std::string::npos) {
    throw UsageError(fmt::format("digit '{}' cannot be in both valid and test", valid[both]));
  }
}

Split SplitRule::of(const std::string& md5) const {
  if (by_fraction()) {
    const Bounds bounds(*this);
    const std::uint64_t position = position_of(md5, '0');
    return position >= bounds.test    ? Split::kTest
           : position >= bounds.valid ? Split::kValid
                                      : Split::kTrain;
  }
  if (valid.find(md5[0]) != std::string::npos) return Split::kValid;
  if (test.find(md5[0]) != std::string::npos) return Split::kTest;
  return Split::kTrain;
}

std::vector<Split> SplitRule::splits_of(const std::string& prefix) const {
  if (!by_fraction()) return {of(prefix)};
  const Bounds bounds(*this);
  const std::uint64_t first = position_of(prefix, '0'), last = position_of(prefix, 'f');
  std::vector<Split> splits;
  if (first < bounds.valid) splits.push_back(Split::kTrain);
  if (std::max(first, bounds.valid) < std::min(last + 1, bounds.test)) {
    splits.push_back(Split::kValid);
  }
  if (last >= bounds.test) splits.push_back(Split::kTest);
  return splits;
}

std::vector<Unit> make_units(const Corpus& corpus, int prefix_digits, const SplitRule& rule) {
  std::vector<Unit> units;
  std::size_t at = 0;
  for (std::size_t p = 0; p < std::size_t{1} << (4 * prefix_digits); ++p) {
    std::string prefix;
    for (int digit = prefix_digits - 1; digit >= 0; --digit) {
      prefix += kDigits[p >> (4 * digit) & 15];
    }
    const std::vector<Split> splits = rule.splits_of(prefix);
    for (const Split split : splits) {
      Unit unit;
      unit.index = static_cast<std::uint32_t>(units.size());
      unit.prefix = prefix;
      unit.name = splits.size() == 1 ? prefix : fmt::format("{}-{}", prefix, split_name(split));
      unit.split = split;
      unit.first = at;
      for (; at < corpus.files.size() && corpus.files[at].md5.starts_with(prefix) &&
             rule.of(corpus.files[at].md5) == split;
           ++at) {
        unit.bytes += corpus.files[at].bytes;
      }
      unit.last = at;
      units.push_back(std::move(unit));
    }
  }
  return units;
}

std::uint64_t work_of(const Unit& unit, int augment) {
  constexpr std::uint64_t kParse =
      2;  // parsing a file takes as long as tokenising two copies of it
  return unit.bytes * (kParse + (unit.split == Split::kTrain ? augment : 1));
}

std::vector<int> assign_units(std::span<const Unit> units, int augment, int ranks) {
  std::vector<std::size_t> order(units.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::greater(),
                           [&](std::size_t u) { return work_of(units[u], augment); });
  std::vector<std::uint64_t> load(ranks, 0);
  std::vector<int> owner(units.size());
  for (const std::size_t u : order) {
    const auto least = std::ranges::min_element(load);
    *least += work_of(units[u], augment);
    owner[u] = static_cast<int>(least - load.begin());
  }
  return owner;
}

}  // namespace amt
