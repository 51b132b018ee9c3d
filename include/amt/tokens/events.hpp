// The events of one piece, and which pieces are kept (docs/spec/preprocessing.md 5).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "amt/midi/note.hpp"
#include "amt/tokens/vocabulary.hpp"

namespace amt {

/// A triple of the arrival encoding before it is packed. The time is wider than a token: a row's
/// times are made relative only when it is cut.
struct Event {
  std::uint32_t time;  ///< ticks of 10 ms from the start of the piece; of a control, too
  Token duration;      ///< the token; of a control, with kControlOffset
  Token note;          ///< the token; of a control, with kControlOffset

  bool operator==(const Event&) const = default;
};

inline constexpr Event kSeparatorEvent = {kSeparator, kSeparator, kSeparator};

inline bool is_control(const Event& event) {
  return event.note >= kControlOffset && event.note != kSeparator;
}
inline Event as_control(const Event& event) {
  return {event.time, static_cast<Token>(event.duration + kControlOffset),
          static_cast<Token>(event.note + kControlOffset)};
}

/// The instrument of an event that is neither rest, control nor separator.
inline int instrument_of(const Event& event) { return (event.note - kNoteOffset) / kPitches; }

inline constexpr std::size_t kMostInstruments = 16;  ///< in a piece

enum class FileOutcome : std::uint8_t { kKept, kTooShort, kTooLong, kTooManyInstruments };

/// What a kept file is tokenised from.
struct Piece {
  std::vector<Event> events;              ///< in order of onset
  std::vector<std::uint8_t> instruments;  ///< distinct, by first appearance
  std::uint32_t end_time = 0;             ///< the last onset, ticks
  std::uint64_t truncations = 0;          ///< durations cut to what a token can say

  /// Seconds to the end of the last event, as its token has it. Needs an event.
  double seconds() const;
};

/// Notes in order of onset, below 2^32 ticks, whatever they are.
std::vector<Event> events_of(std::span<const Note> notes);

/// Applies the reference's filter to a file's notes, which are in order of onset: at least 100
/// notes, the last onset from 10 s to 1 h, at most 16 instruments. `piece` is filled if it returns
/// kKept, and unspecified otherwise.
FileOutcome make_piece(std::span<const Note> notes, Piece& piece);

}  // namespace amt
