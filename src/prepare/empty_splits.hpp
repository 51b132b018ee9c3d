// Warns about empty splits and proposes fractions that fill them.
#pragma once

#include <string>

#include "amt/corpus/corpus.hpp"
#include "amt/corpus/units.hpp"
#include "amt/dataset/manifest.hpp"

namespace amt {

/// A line about the splits that the rule asks for but that no file belongs to, with fractions that
/// would fill them; "" if there are none. Empty digits ("") leave out a split on purpose.
std::string empty_splits_text(const Corpus& corpus, const SplitRule& rule);

/// The same for splits whose files gave no rows.
std::string rowless_splits_text(const Corpus& corpus, const SplitRule& rule,
                                const Manifest& manifest);

}  // namespace amt
