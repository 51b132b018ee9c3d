// Edit distance between two words.
#pragma once

#include <cstddef>
#include <string_view>

namespace amt {

/// The number of insertions, removals and replacements of characters that turn one word into the
/// other (Levenshtein distance).
std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace amt
