// Decodes a row to notes.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "amt/midi/note.hpp"
#include "amt/tokens/encoding.hpp"

namespace amt {

/// Of every note, as tokens do not say; the reference's files have the same.
inline constexpr std::uint8_t kPlayedVelocity = 72;

/// A note of which tokens tell. Onset and duration in ticks.
Note played_note(double onset, double duration, int pitch, int instrument);

struct RowNote {
  Note note;  ///< onset in ticks from the start of its RowPiece; velocity kPlayedVelocity
  bool control = false;  ///< shown ahead of time
  bool open = false;  ///< its end is not in the row; the duration is to the end of the row's part
};

/// What a row has of one piece.
struct RowPiece {
  /// The piece begins in this row, and times count from there. Otherwise it is the row's first,
  /// and they count from the first thing in the row.
  bool from_start = false;
  std::vector<RowNote> notes;  ///< in order of onset; of equal ones, in the row's order
  std::uint64_t rests = 0;
};

struct DecodedRow {
  const Encoding* encoding = &kArrival;
  bool anticipated = false;      ///< the row's flag, if its encoding has one
  std::vector<RowPiece> pieces;  ///< in the row's order; a separator is where a next one begins
};

/// Reads kContextLength tokens. In the interarrival encoding the ends of notes that began before
/// the row are passed over. Error naming the token if one cannot stand where it stands; the order
/// of times is not looked at (row_rules.hpp). Local.
DecodedRow decode_row(std::span<const Token> row, const Encoding& encoding);

/// The notes of all pieces one after another, events and controls alike, with a second of silence
/// after each piece: in order of onset, to be written as MIDI.
std::vector<Note> notes_in_sequence(const DecodedRow& row);

}  // namespace amt
