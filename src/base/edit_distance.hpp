// Edit distance of two words.
#pragma once

#include <cstddef>
#include <string_view>

namespace amt {

/// Characters to insert, remove or replace to make one of the other (Levenshtein).
std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace amt
