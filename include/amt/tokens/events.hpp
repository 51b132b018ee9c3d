// The events of a piece, and the filter that decides which pieces are kept
// (docs/spec/preprocessing.md 5).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "amt/midi/note.hpp"
#include "amt/tokens/vocabulary.hpp"

namespace amt {

/// An event of the arrival encoding before it is packed into a triple. The time is wider than a
/// token: times become relative only when the stream is cut into rows.
struct Event {
  std::uint32_t time;  ///< ticks of 10 ms from the start of the piece (controls too)
  Token duration;      ///< the token, plus kControlOffset for a control
  Token note;          ///< the token, plus kControlOffset for a control

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

/// Returns the instrument of an event that is not a rest, a control or a separator.
inline int instrument_of(const Event& event) { return (event.note - kNoteOffset) / kPitches; }

inline constexpr std::size_t kMostInstruments = 16;  ///< limit for a piece

enum class FileOutcome : std::uint8_t { kKept, kTooShort, kTooLong, kTooManyInstruments };

/// A kept file, ready to be tokenised.
struct Piece {
  std::vector<Event> events;              ///< in order of onset
  std::vector<std::uint8_t> instruments;  ///< distinct, in order of first appearance
  std::uint32_t end_time = 0;             ///< the last onset, ticks
  std::uint64_t truncations = 0;          ///< durations clipped to the longest of a token

  /// Returns the seconds to the end of the last event, using the (clipped) duration of its token.
  /// The piece must not be empty.
  double seconds() const;
};

/// Converts notes, sorted by onset and with onsets below 2^32 ticks, to events without filtering.
std::vector<Event> events_of(std::span<const Note> notes);

/// Applies the reference's filter to a file's notes in order of onset: at least 100 notes, the last
/// onset between 10 s and 1 h, at most 16 instruments. Fills `piece` if the result is kKept; it is
/// unspecified otherwise.
FileOutcome make_piece(std::span<const Note> notes, Piece& piece);

}  // namespace amt
