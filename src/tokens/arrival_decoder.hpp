// Decodes a row of the arrival encoding into notes.
#pragma once

#include <span>

#include "amt/tokens/decode.hpp"

namespace amt {

/// Implements Encoding::decode.
void decode_arrival(std::span<const Token> row, DecodedRow& out);

}  // namespace amt
