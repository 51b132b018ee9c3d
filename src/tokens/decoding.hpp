// Shared by the encodings' decoders.
#pragma once

#include "amt/tokens/decode.hpp"

namespace amt {

/// Error: `token`, the `at`-th of a row, cannot stand there.
[[noreturn]] void refuse_token(Token token, int at, const Encoding& encoding);

}  // namespace amt
