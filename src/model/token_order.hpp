// The order in which the embedding's gradient is summed.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "amt/tokens/vocabulary.hpp"

namespace amt {

/// The positions [0, tokens.size()) sorted by their token, equal tokens in order of position. Every
/// token is below `vocab`.
std::vector<std::int32_t> positions_by_token(std::span<const Token> tokens, int vocab);

}  // namespace amt
