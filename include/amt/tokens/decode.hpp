// Decodes the tokens of a row into notes.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "amt/midi/note.hpp"
#include "amt/tokens/encoding.hpp"

namespace amt {

/// The velocity of every decoded note, because tokens do not represent it; the reference uses the
/// same value.
inline constexpr std::uint8_t kPlayedVelocity = 72;

/// Makes a decoded note. Onset and duration are in ticks.
Note played_note(double onset, double duration, int pitch, int instrument);

struct RowNote {
  Note note;  ///< onset in ticks from the start of its RowPiece; velocity kPlayedVelocity
  bool control = false;  ///< placed ahead of its time in the row
  bool open = false;     ///< ends after the row; the duration ends with the row
};

/// The part of a piece that is in a row.
struct RowPiece {
  /// True if the piece begins in this row; its times count from its start. Otherwise it is the
  /// row's first piece, and its times count from the first element of the row.
  bool from_start = false;
  std::vector<RowNote> notes;  ///< in order of onset and, if equal, in the row's order
  std::uint64_t rests = 0;
};

struct DecodedRow {
  const Encoding* encoding = &kArrival;
  bool anticipated = false;      ///< the row's flag, if its encoding has one
  std::vector<RowPiece> pieces;  ///< in the row's order, divided by separators
};

/// Decodes kContextLength tokens. In the interarrival encoding, the ends of notes that began before
/// the row are ignored. Throws an Error naming the token if one is not allowed in its position; the
/// order of times is not checked (row_rules.hpp). Local.
DecodedRow decode_row(std::span<const Token> row, const Encoding& encoding);

/// Returns the notes of all pieces one after another, events and controls alike, with a second of
/// silence after each piece; in order of onset, ready to be written as MIDI.
std::vector<Note> notes_in_sequence(const DecodedRow& row);

}  // namespace amt
