// The chunks of a MIDI file: its header and its tracks (docs/spec/preprocessing.md 1).
#pragma once

#include <vector>

#include "byte_reader.hpp"

namespace amt {

struct MidiHeader {
  int format;      ///< not 2
  int tracks;      ///< as stated in the header; may be negative
  int division;    ///< ticks per beat; 0 or negative in malformed files
  const Byte* at;  ///< one past the header
};

/// Reads the header. Throws MidiError if there is none, or if it has format 2, which cannot be
/// played.
MidiHeader read_header(const ByteRange& file);

/// Returns the bytes of the track whose chunk starts at `at`. Throws MidiError if there is no
/// track, or if it is cut off.
ByteRange find_track(const ByteRange& file, const Byte* at);

}  // namespace amt
