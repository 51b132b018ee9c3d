// Rows in the text format of the reference's tokenized-events files.
#pragma once

#include <string>

#include "amt/tokens/vocabulary.hpp"

namespace amt {

/// Appends one line: the tokens in decimal, separated by single spaces, and a newline.
void append_row_text(const Row& row, std::string& text);

}  // namespace amt
