#include "amt/midi/compound.hpp"

#include <array>
#include <charconv>

namespace amt {
namespace {

/// Appends all digits of an integral `value`: to_chars without an exponent is exact.
void append_number(double value, std::string& text) {
  std::array<char, 320> digits;  // the largest double has 309
  const auto result = std::to_chars(digits.data(), digits.data() + digits.size(), value,
                                    std::chars_format::fixed, 0);
  text.append(digits.data(), result.ptr);
}

void append_field(int value, std::string& text) {
  text += ' ';
  text += std::to_string(value);
}

}  // namespace

std::string compound_text(std::span<const Note> notes) {
  std::string text;
  for (const Note& note : notes) {
    if (!text.empty()) text += ' ';
    append_number(note.onset, text);
    text += ' ';
    append_number(note.duration, text);
    append_field(note.pitch, text);
    append_field(note.instrument, text);
    append_field(note.velocity, text);
  }
  return text;
}

}  // namespace amt
