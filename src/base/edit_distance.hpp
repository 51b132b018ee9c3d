// Edit distance between words.
#pragma once

#include <cstddef>
#include <string_view>

namespace amt {

/// Returns how many edits turn one word into the other: characters inserted, removed, replaced, or
/// swapped with their neighbour (optimal string alignment).
std::size_t edit_distance(std::string_view a, std::string_view b);

/// Returns the largest edit distance at which one word may be a misspelling of the other: a third
/// of the longer one's length.
std::size_t max_typos(std::string_view a, std::string_view b);

}  // namespace amt
