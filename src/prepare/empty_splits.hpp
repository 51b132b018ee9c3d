// Warns of empty splits, and proposes fractions that fill them.
#pragma once

#include <string>

#include "amt/corpus/corpus.hpp"
#include "amt/corpus/units.hpp"
#include "amt/dataset/manifest.hpp"

namespace amt {

/// A line about the splits into which no file falls, although the rule names them, with fractions
/// that would fill them; "" if there are none. By the digits "" a split is left out at will.
std::string empty_splits_text(const Corpus& corpus, const SplitRule& rule);

/// The same about splits into which files fall that gave no rows.
std::string rowless_splits_text(const Corpus& corpus, const SplitRule& rule,
                                const Manifest& manifest);

}  // namespace amt
