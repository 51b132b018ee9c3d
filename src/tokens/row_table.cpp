#include "amt/tokens/row_table.hpp"

#include <array>
#include <cstdio>

#include "amt/base/strings.hpp"
#include "amt/midi/names.hpp"

namespace amt {
namespace {

std::string counted(std::uint64_t count, const char* what) {
  return str_cat(count, ' ', what, count == 1 ? "" : "s");
}

std::string heading(const RowPiece& piece, std::size_t number) {
  std::uint64_t controls = 0;
  for (const RowNote& note : piece.notes) controls += note.control ? 1 : 0;
  std::string text = str_cat("\nPiece ", number,
                             piece.from_start ? ", from its start: " : ", begun before this row: ",
                             counted(piece.notes.size(), "note"));
  if (controls > 0) text += str_cat(", of these ", counted(controls, "control"));
  if (piece.rests > 0) text += str_cat("; ", counted(piece.rests, "rest"));
  return text + "\n    time s  length s   instrument                pitch\n";
}

std::string line(const RowNote& note, bool anticipation) {
  std::array<char, 128> text{};
  std::snprintf(text.data(), text.size(), "%10.2f%10.2f%c  %-24s  %-4s %4d  %s\n",
                note.note.onset / kTimeResolution, note.note.duration / kTimeResolution,
                note.open ? '+' : ' ', instrument_name(note.note.instrument),
                pitch_name(note.note.pitch).c_str(), note.note.pitch,
                !anticipation  ? ""
                : note.control ? "control"
                               : "event");
  std::string result = text.data();
  result.erase(result.find_last_not_of(" \n") + 1);
  return result + '\n';
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
