// Rows as the text of the reference's tokenized-events files.
#pragma once

#include <string>

#include "amt/tokens/vocabulary.hpp"

namespace amt {

/// Appends one line: the tokens in decimal, single spaces between them, a newline.
void append_row_text(const Row& row, std::string& text);

}  // namespace amt
