// What every row that the tokeniser makes has in common, so that a damaged or foreign row is told
// from a good one without the music that it was made from.
//
// arrival (anticipate.hpp, packer.hpp and docs/spec/preprocessing.md 5): the first token is a flag,
// the others are triples, each three tokens of one kind. The part before the first separator (the
// head) belongs to a piece that began in an earlier row or with this one; its times count from its
// earliest triple. Each later piece counts from its own start. Within a piece, with p the time of
// the event before (0 at the start of a piece; unknown before the head's first event) and q the
// time of the one before that:
//   an event's time is in [p, p + 1 s]; a rest's is p + 1 s, and what follows a rest is later;
//   controls are in order of time, and each is in (q + 5 s, p + 5 s]: it came as soon as it might,
//   so it is never late, and never more than 5 s ahead;
//   a piece has an event or more and does not end in a control;
//   events and controls have at most 16 instruments.
// The flag says how the piece at the row's start was made, but not after rows that were discarded:
// it is not compared with the controls.
//
// interarrival: waits are 1 to 999 ticks and followed by a note; a piece is not empty; its
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
  kRange,               ///< a token that cannot stand in its place
  kStart,               ///< the head's earliest time is not 0
  kEventOrder,          ///< an event before the one that it follows
  kGap,                 ///< more than 1 s without event or rest
  kRestTime,            ///< a rest at the wrong time, or without need
  kControlOrder,        ///< a control before the one that it follows
  kTooEarly,            ///< a control more than 5 s ahead
  kTooLate,             ///< a control that should have come before the last event
  kPieceEnd,            ///< a piece that is empty or ends in a control; in a wait
  kTooManyInstruments,  ///< more than 16 in a piece
  kWait,                ///< a wait of 0 ticks, or after a wait
};

struct RowProblem {
  RowRule rule;
  int token;         ///< index within the row
  std::string text;  ///< "token 17: event at 3.20 s after one at 5.00 s"
};

/// The first rule that `row` (kContextLength tokens) breaks, if any. Local, without allocation for
/// a good row.
std::optional<RowProblem> find_row_problem(std::span<const Token> row, const Encoding& encoding);

}  // namespace amt
