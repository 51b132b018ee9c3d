// Writes notes as a standard MIDI file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "amt/midi/note.hpp"

namespace amt {

/// A file of format 1: a track with the tempo, then one for each channel that is used. A tick of
/// the file is a tick of 10 ms, so that MidiParser reads the same onsets and durations back.
struct WrittenMidi {
  std::string bytes;
  /// Notes whose end changes when they are read back. A file has 15 channels besides the
  /// drums': a 16th instrument that sounds at the same time takes the channel that falls silent
  /// first and ends its notes. And of notes of one pitch on one channel the first to begin is the
  /// first to end, which the drums' single channel cannot avoid.
  std::uint64_t altered = 0;
};

/// `notes` in order of onset; onsets, durations >= 0 and below 2^28 ticks (31 days) together. Error
/// otherwise. Instrument 128 goes to channel 10; each other one to whatever channel is free, with a
/// program change.
WrittenMidi write_midi(std::span<const Note> notes);

/// The same into a file; logs a warning if notes are altered. SystemError if it cannot be written.
void save_midi(std::span<const Note> notes, const std::filesystem::path& file);

}  // namespace amt
