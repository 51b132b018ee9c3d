// Formats a row as a readable table.
#pragma once

#include <string>

#include "amt/tokens/decode.hpp"

namespace amt {

/// Lists the flag and then, for each piece, a heading and a line per note: time and length in
/// seconds, instrument, pitch, and whether it is an event or a control. The length of an open note
/// ends in '+'.
std::string row_table(const DecodedRow& row);

}  // namespace amt
