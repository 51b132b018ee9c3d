// Names of General MIDI programs and of pitches.
#pragma once

#include <string>

namespace amt {

/// Returns the General MIDI name of a program, counted from 0: "Violin" for 40; "Drums" for 128.
/// Throws Error for other numbers.
const char* instrument_name(int instrument);

/// Parses an instrument: a name as above in any case ("drums"), or a number from 0 to 127. Throws a
/// UsageError suggesting the nearest name if there is no such instrument.
int instrument_from(const std::string& word);

/// Returns the name of a pitch: "C4" for 60, "F#-1" for 6.
std::string pitch_name(int pitch);

}  // namespace amt
