// Units of work: all the files whose MD5 begins with the same hex digits.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "amt/corpus/corpus.hpp"
#include "amt/corpus/split.hpp"

namespace amt {

/// Which MD5s make the validation and test splits; all others train. A file's split follows from
/// its MD5 alone: it stays where it is when files are added.
struct SplitRule {
  std::string valid = "e";  ///< first hex digits
  std::string test = "f";
  /// Of all MD5s, read as numbers: the highest are the test split, those below them the validation
  /// split. Where one of the two is not 0, both hold in place of the digits. 1/16 and 1/16 are "e"
  /// and "f".
  double valid_fraction = 0;
  double test_fraction = 0;

  bool by_fraction() const { return valid_fraction > 0 || test_fraction > 0; }
  /// UsageError if a digit is not hexadecimal or is in both, or if the fractions leave no training
  /// split.
  void validate() const;
  Split of(const std::string& md5) const;
  /// The splits of all MD5s with this prefix, in the order of the MD5s.
  std::vector<Split> splits_of(const std::string& prefix) const;
};

struct Unit {
  std::uint32_t index = 0;  ///< among the units; of undivided prefixes the number: "3a" is 58
  std::string prefix;       ///< hex digits
  std::string name;         ///< the prefix, or "d-valid" if it is divided between splits
  Split split = Split::kTrain;
  std::size_t first = 0, last = 0;  ///< corpus.files[first, last)
  std::uint64_t bytes = 0;
};

/// All units in the order of their MD5s, also those without files: 16^prefix_digits, and one or two
/// more where fractions divide a prefix. They follow from digits and rule alone.
std::vector<Unit> make_units(const Corpus& corpus, int prefix_digits, const SplitRule& rule);

/// About how long a unit takes, in bytes: reading and parsing, and tokenising each of the copies,
/// of which only training pieces have `augment`.
std::uint64_t work_of(const Unit& unit, int augment);

/// The rank that owns each unit: largest first, each to the rank with the least work so far. A pure
/// function: every rank computes the same without talking.
std::vector<int> assign_units(std::span<const Unit> units, int augment, int ranks);

}  // namespace amt
