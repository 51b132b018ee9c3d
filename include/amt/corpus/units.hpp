// Units of work: all files whose MD5 begins with the same hex digits.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "amt/corpus/corpus.hpp"
#include "amt/corpus/split.hpp"

namespace amt {

/// Decides which MD5s belong to the validation and test splits; all others are training data. A
/// file's split depends on its MD5 alone, and does not change when files are added.
struct SplitRule {
  std::string valid = "e";  ///< first hex digits
  std::string test = "f";
  /// Fractions of the MD5s, read as numbers: the highest are the test split, those below them the
  /// validation split. If either is not 0, both apply instead of the digits. 1/16 and 1/16 are
  /// equivalent to "e" and "f".
  double valid_fraction = 0;
  double test_fraction = 0;

  bool by_fraction() const { return valid_fraction > 0 || test_fraction > 0; }
  /// Throws UsageError if a digit is not hexadecimal or is given for both splits, or if the
  /// fractions leave no training split.
  void validate() const;
  Split of(const std::string& md5) const;
  /// Returns the splits that MD5s with this prefix belong to, in the order of the MD5s.
  std::vector<Split> splits_of(const std::string& prefix) const;
};

struct Unit {
  std::uint32_t index = 0;  ///< position among all units, including empty ones
  std::string prefix;       ///< hex digits
  std::string name;         ///< the prefix, or e.g. "d-valid" if it is divided between splits
  Split split = Split::kTrain;
  std::size_t first = 0, last = 0;  ///< corpus.files[first, last)
  std::uint64_t bytes = 0;
};

/// Returns all units in the order of their MD5s, including those without files: 16^prefix_digits,
/// and one or two more if fractions divide a prefix. They depend only on the digits and the rule.
std::vector<Unit> make_units(const Corpus& corpus, int prefix_digits, const SplitRule& rule);

/// Estimates the work of a unit, in bytes: reading and parsing its files, and tokenising each copy.
/// Only training pieces have `augment` copies.
std::uint64_t work_of(const Unit& unit, int augment);

/// Returns the rank that owns each unit: assigns the largest units first, each to the rank with the
/// least work so far. A pure function: every rank computes the same result without communication.
std::vector<int> assign_units(std::span<const Unit> units, int augment, int ranks);

}  // namespace amt
