#include "amt/tokens/row_text.hpp"

#include <array>
#include <charconv>

namespace amt {

void append_row_text(const Row& row, std::string& text) {
  std::array<char, 6 * kContextLength> line;  // five digits and a separator for each token
  char* out = line.data();
  for (const Token token : row) {
    out = std::to_chars(out, line.data() + line.size(), token).ptr;
    *out++ = ' ';
  }
  text.append(line.data(), out);
  text.back() = '\n';
}

}  // namespace amt
