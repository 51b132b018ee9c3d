#include "amt/tokens/decode.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "amt/base/error.hpp"
#include "decoding.hpp"

namespace amt {

void refuse_token(Token token, int at, const Encoding& encoding) {
  throw Error(
      fmt::format("token {} of the row is {}, which the {} encoding does not allow there; run amt "
                  "inspect --verify",
                  at, token, encoding.name));
}

Note played_note(double onset, double duration, int pitch, int instrument) {
  return {onset, duration, static_cast<std::uint8_t>(pitch), static_cast<std::uint8_t>(instrument),
          kPlayedVelocity};
}

DecodedRow decode_row(std::span<const Token> row, const Encoding& encoding) {
  if (row.size() != kContextLength)
    throw Error(fmt::format("a row cannot have {} tokens", row.size()));
  DecodedRow decoded{&encoding, false, {}};
  encoding.decode(row, decoded);
  for (RowPiece& piece : decoded.pieces) {
    std::ranges::stable_sort(piece.notes, {}, [](const RowNote& n) { return n.note.onset; });
  }
  return decoded;
}

std::vector<Note> notes_in_sequence(const DecodedRow& row) {
  std::vector<Note> notes;
  double start = 0, end = 0;
  for (const RowPiece& piece : row.pieces) {
    for (RowNote each : piece.notes) {
      each.note.onset += start;
      end = std::max(end, each.note.onset + each.note.duration);
      notes.push_back(each.note);
    }
    start = end + kTimeResolution;
  }
  return notes;
}

}  // namespace amt
