// Warns about empty splits and proposes fractions that fill them.
#pragma once

#include <string>

#include "amt/corpus/corpus.hpp"
#include "amt/corpus/units.hpp"
#include "amt/dataset/manifest.hpp"

namespace amt {

/// Returns a line about the requested splits that have no files, and fractions that would fill
/// them; "" if there are none. A split with empty digits ("") is left out on purpose.
std::string empty_splits_text(const Corpus& corpus, const SplitRule& rule);

/// As above, for splits whose files gave no rows.
std::string rowless_splits_text(const Corpus& corpus, const SplitRule& rule,
                                const Manifest& manifest);

}  // namespace amt
