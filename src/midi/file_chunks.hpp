// The chunks of a MIDI file: its header and where its tracks are (docs/spec/preprocessing.md 1).
#pragma once

#include <vector>

#include "byte_reader.hpp"

namespace amt {

struct MidiHeader {
  int format;      ///< not 2
  int tracks;      ///< announced; may be negative
  int division;    ///< ticks per beat; 0 and negative in odd files
  const Byte* at;  ///< after the header
};

/// MidiError if there is no header, or one of format 2, which cannot be played.
MidiHeader read_header(const ByteRange& file);

/// The bytes of the track whose chunk begins at `at`. MidiError if there is none, or if it is cut.
ByteRange find_track(const ByteRange& file, const Byte* at);

}  // namespace amt
