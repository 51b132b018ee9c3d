// Shared by the decoders of the encodings.
#pragma once

#include "amt/tokens/decode.hpp"

namespace amt {

/// Throws an Error that `token` is not allowed at index `at` of a row.
[[noreturn]] void refuse_token(Token token, int at, const Encoding& encoding);

}  // namespace amt
