// MIDI bytes to playback, exactly as mido 1.2.10 plays a file (docs/spec/preprocessing.md 1-4).
//
// The version matters: later ones of mido accept unknown meta events, 1.2.10 rejects the file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "amt/midi/midi_error.hpp"
#include "amt/midi/playback.hpp"

namespace amt {

/// How much there is in a file.
struct MidiCounts {
  std::uint64_t tracks = 0;
  std::uint64_t messages = 0;  ///< of all kinds
  std::uint64_t notes = 0;     ///< note-on and note-off messages among them
  std::uint64_t note_ons = 0;
};

/// Reads a file without keeping anything of it. MidiError as parse() would throw it before anything
/// is played.
MidiCounts count_messages(std::span<const std::byte> file);

/// Parses one file after another into the same buffers. Local; not thread-safe.
///
/// Memory is at most 8 bytes per byte of the largest file, whatever the file announces, and 24
/// bytes for each message of a Playback; time is at most proportional to bytes x log(tracks).
class MidiParser {
 public:
  MidiParser();
  ~MidiParser();
  MidiParser(MidiParser&&) noexcept;
  MidiParser& operator=(MidiParser&&) noexcept;

  /// The result is valid until the next call. MidiError if the reference would reject the file: a
  /// file is never half accepted. After an error the parser can be used again.
  const Playback& parse(std::span<const std::byte> file);

  /// The same without holding the messages: `sink` takes them, and must forget them after an error.
  void parse(std::span<const std::byte> file, const NoteMessageSink& sink);

 private:
  struct Buffers;
  std::unique_ptr<Buffers> buffers_;
};

}  // namespace amt
