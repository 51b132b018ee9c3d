// Writes notes to a standard MIDI file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "amt/midi/note.hpp"

namespace amt {

/// A file of format 1: a track with the tempo, then one for each channel in use. A tick in the file
/// is 10 ms, so that MidiParser reads the same onsets and durations back.
struct WrittenMidi {
  std::string bytes;
  /// The number of notes whose end changes when the file is read back. There are two causes. First,
  /// a file has only 15 channels besides the drum channel: a 16th instrument that sounds at the
  /// same time takes over the channel that falls silent first and ends its notes. Second, notes of
  /// the same pitch on one channel end in the order in which they began, which affects drums
  /// because they share one channel.
  std::uint64_t altered = 0;
};

/// `notes` must be in order of onset, with onsets and durations >= 0 whose sum is below 2^28 ticks
/// (31 days); otherwise throws Error. Instrument 128 is written to channel 10, others to any free
/// channel, with a program change.
WrittenMidi write_midi(std::span<const Note> notes);

/// As above, but writes to a file, and logs a warning if notes are altered. Throws SystemError if
/// it cannot be written.
void save_midi(std::span<const Note> notes, const std::filesystem::path& file);

}  // namespace amt
