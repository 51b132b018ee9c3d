#include "amt/tokens/row_table.hpp"

#include <fmt/core.h>

#include "amt/base/strings.hpp"
#include "amt/midi/names.hpp"

namespace amt {
namespace {

std::string heading(const RowPiece& piece, std::size_t number) {
  std::uint64_t controls = 0;
  for (const RowNote& note : piece.notes) controls += note.control ? 1 : 0;
  std::string text =
      fmt::format("\nPiece {}{}{}", number,
                  piece.from_start ? ", from its start: " : ", begun before this row: ",
                  counted(piece.notes.size(), "note"));
  if (controls > 0) text += fmt::format(", including {}", counted(controls, "control"));
  if (piece.rests > 0) text += fmt::format("; {}", counted(piece.rests, "rest"));
  return text + "\n    time s  length s   instrument                pitch\n";
}

std::string line(const RowNote& note, bool anticipation) {
  const char* kind = !anticipation ? "" : note.control ? "control" : "event";
  std::string text = fmt::format(
      "{:10.2f}{:10.2f}{}  {:<24}  {:<4} {:4}  {}", note.note.onset / kTimeResolution,
      note.note.duration / kTimeResolution, note.open ? '+' : ' ',
      instrument_name(note.note.instrument), pitch_name(note.note.pitch), note.note.pitch, kind);
  text.erase(text.find_last_not_of(' ') + 1);
  return text + '\n';
}

}  // namespace

std::string row_table(const DecodedRow& row) {
  const bool anticipation = row.encoding->anticipation;
  std::string text = counted(row.pieces.size(), "piece");
  if (anticipation) text += row.anticipated ? ", flag ANTICIPATE" : ", flag AUTOREGRESS";
  text += '\n';
  for (std::size_t i = 0; i < row.pieces.size(); ++i) {
    text += heading(row.pieces[i], i + 1);
    for (const RowNote& note : row.pieces[i].notes) text += line(note, anticipation);
  }
  return text;
}

}  // namespace amt
