// Units of work: all the files whose MD5 begins with the same hex digits.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "amt/corpus/corpus.hpp"
#include "amt/corpus/split.hpp"

namespace amt {

/// Which first hex digits make the validation and test splits; all others train.
struct SplitRule {
  std::string valid = "e";
  std::string test = "f";
  /// UsageError if a digit is no hex digit or in both.
  void validate() const;
  Split of(char first_digit) const;
};

struct Unit {
  std::uint32_t index = 0;  ///< the prefix as a number: "3a" is 58
  std::string prefix;       ///< hex digits
  Split split = Split::kTrain;
  std::size_t first = 0, last = 0;  ///< corpus.files[first, last)
  std::uint64_t bytes = 0;
};

/// All 16^prefix_digits units in order, also those without files.
std::vector<Unit> make_units(const Corpus& corpus, int prefix_digits, const SplitRule& rule);

/// About how long a unit takes, in bytes: reading and parsing, and tokenising each of the copies, of
/// which only training pieces have `augment`.
std::uint64_t work_of(const Unit& unit, int augment);

/// The rank that owns each unit: largest first, each to the rank with the least work so far. A pure
/// function: every rank computes the same without talking.
std::vector<int> assign_units(std::span<const Unit> units, int augment, int ranks);

}  // namespace amt
