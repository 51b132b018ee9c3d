// Rules that every row from the tokeniser satisfies. They reveal damaged rows and rows from other
// programs, without the music that a row was made from.
//
// arrival (anticipate.hpp, packer.hpp and docs/spec/preprocessing.md 5): the first token is a flag,
// the others form triples of three tokens of one kind. The part before the first separator (the
// head) belongs to a piece that began in an earlier row or at the start of this one; its times
// count from its earliest triple. Each later piece counts from its own start. Within a piece, let p
// be the time of the previous event (0 at the start of a piece; unknown before the head's first
// event) and q the time of the event before that:
//   an event's time is in [p, p + 1 s]; a rest's is p + 1 s, and the next event is later;
//   controls are in order of time, and each is in (q + 5 s, p + 5 s]: it comes as early as
//   possible, and at most 5 s ahead;
//   a piece has at least one event and does not end in a control;
//   events and controls have at most 16 instruments.
// The flag shows how the piece at the start of the row was augmented, except after rows that were
// discarded. It is therefore not compared with the controls.
//
// interarrival: a wait is 1 to 999 ticks and is followed by a note; a piece is not empty; its
// note-ons have at most 16 instruments.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "amt/tokens/encoding.hpp"

namespace amt {

enum class RowRule : std::uint8_t {
  kFlag,                ///< the first token is not a flag
  kRange,               ///< a token that is not allowed in its position
  kStart,               ///< the head's earliest time is not 0
  kEventOrder,          ///< an event earlier than the previous one
  kGap,                 ///< more than 1 s without an event or a rest
  kRestTime,            ///< a rest at the wrong time, or one that is not needed
  kControlOrder,        ///< a control earlier than the previous one
  kTooEarly,            ///< a control more than 5 s ahead
  kTooLate,             ///< a control that should have come before the last event
  kPieceEnd,            ///< a piece that is empty, or ends in a control or a wait
  kTooManyInstruments,  ///< more than 16 in a piece
  kWait,                ///< a wait of 0 ticks, or one that follows a wait
};

struct RowProblem {
  RowRule rule;
  int token;         ///< index within the row
  std::string text;  ///< "token 17: event at 3.20 s after one at 5.00 s"
};

/// Returns the first rule that `row` (kContextLength tokens) violates, if any. Local; does not
/// allocate memory for a good row.
std::optional<RowProblem> find_row_problem(std::span<const Token> row, const Encoding& encoding);

}  // namespace amt
