// A row as a readable table.
#pragma once

#include <string>

#include "amt/tokens/decode.hpp"

namespace amt {

/// The flag, then for each piece a heading and a line for each note: time and length in seconds,
/// instrument, pitch, and whether it is an event or a control. An open note's length ends in '+'.
std::string row_table(const DecodedRow& row);

}  // namespace amt
