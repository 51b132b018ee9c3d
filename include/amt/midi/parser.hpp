// Parses MIDI bytes into a playback, exactly as mido 1.2.10 plays a file
// (docs/spec/preprocessing.md 1-4).
//
// The version matters: later versions of mido accept unknown meta events, while 1.2.10 rejects the
// file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "amt/midi/midi_error.hpp"
#include "amt/midi/playback.hpp"

namespace amt {

/// The number of tracks and messages in a file.
struct MidiCounts {
  std::uint64_t tracks = 0;
  std::uint64_t messages = 0;  ///< messages of all kinds
  std::uint64_t notes = 0;     ///< note-on and note-off messages among them
  std::uint64_t note_ons = 0;
};

/// Counts the messages of a file without storing them. Throws the MidiErrors that parse() would
/// throw before playback.
MidiCounts count_messages(std::span<const std::byte> file);

/// Parses one file after another, reusing its buffers. Local; not thread-safe.
///
/// Memory is at most 8 bytes per byte of the largest file, whatever its header states, plus 24
/// bytes for each message of a Playback; time is at most proportional to bytes x log(tracks).
class MidiParser {
 public:
  MidiParser();
  ~MidiParser();
  MidiParser(MidiParser&&) noexcept;
  MidiParser& operator=(MidiParser&&) noexcept;

  /// Parses a file. The result is valid until the next call. Throws MidiError if the reference
  /// would reject the file: a file is accepted completely or not at all. The parser can be used
  /// again after an error.
  const Playback& parse(std::span<const std::byte> file);

  /// As above, but passes the messages to `sink` instead of storing them. `sink` must discard them
  /// after an error.
  void parse(std::span<const std::byte> file, const NoteMessageSink& sink);

 private:
  struct Buffers;
  std::unique_ptr<Buffers> buffers_;
};

}  // namespace amt
