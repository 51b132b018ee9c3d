// Pairs note-ons with note-offs to get a playback's notes (docs/spec/preprocessing.md 5).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "amt/midi/note.hpp"
#include "amt/midi/playback.hpp"

namespace amt {

/// Finds the notes of one playback after another, reusing its scratch memory. A note-off ends the
/// oldest sounding note with the same pitch, channel and *current* instrument of the channel: if
/// the program changes while a note sounds, its note-off does not match it. Local; not thread-safe.
class NotePairing {
 public:
  /// Writes the notes to `notes`, in order of onset. Throws MidiError if a time is too large for a
  /// double; `notes` is unspecified then.
  void find(const Playback& playback, std::vector<Note>& notes);

  /// As above, for messages that arrive in batches: begin(), add() for each batch, finish(). The
  /// durations of sounding notes are not set before finish(). Reserves memory for `expected` notes.
  void begin(std::vector<Note>& notes, std::size_t expected = 0);
  void add(std::span<const NoteMessage> messages, std::vector<Note>& notes);
  void finish(std::vector<Note>& notes) const;

 private:
  /// The sounding notes of one (channel, instrument): a queue of note indices for each pitch.
  struct Page {
    std::array<std::uint32_t, 128> first;  ///< oldest sounding note, or kNone
    std::array<std::uint32_t, 128> last;   ///< newest sounding note; undefined if there is none
  };
  Page& page(const NoteMessage& message);
  void start(const NoteMessage& message, std::vector<Note>& notes);
  void end(const NoteMessage& message, std::vector<Note>& notes);

  std::vector<std::uint16_t> page_of_;  ///< [channel][instrument] -> 1 + index into pages_, or 0
  std::vector<std::uint16_t> used_;     ///< the entries of page_of_ that are not 0
  std::vector<Page> pages_;             ///< the first used_.size() are in use
  std::vector<std::uint32_t> next_;     ///< for each note, the next one in its queue, or kNone
};

/// NotePairing::find() for a single playback.
void notes_of(const Playback& playback, std::vector<Note>& notes);

}  // namespace amt
