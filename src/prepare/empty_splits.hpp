// Splits that would be empty, and how to get some.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "amt/corpus/corpus.hpp"
#include "amt/corpus/units.hpp"

namespace amt {

/// A line about the splits into which no file falls, although the rule names them, with fractions
/// that would fill them; "" if there are none. By the digits "" a split is left out at will.
std::string empty_splits_text(const Corpus& corpus, const SplitRule& rule);

/// The same about splits into which files fall that gave no rows. `rows` is indexed by Split.
std::string rowless_splits_text(const Corpus& corpus, const SplitRule& rule,
                                const std::array<std::uint64_t, 3>& rows);

}  // namespace amt
