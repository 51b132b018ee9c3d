// A row of the interarrival encoding back to notes.
#pragma once

#include <span>

#include "amt/tokens/decode.hpp"

namespace amt {

/// As Encoding::decode.
void decode_interarrival(std::span<const Token> row, DecodedRow& out);

}  // namespace amt
