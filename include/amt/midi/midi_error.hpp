// The error thrown for a MIDI file that is rejected.
#pragma once

#include <string>

#include "amt/base/error.hpp"

namespace amt {

/// The bytes are not a MIDI file that the reference would accept. what() is the reason, with the
/// byte offset if there is one: "undefined status 0xf4 at byte 1031".
class MidiError : public Error {
 public:
  explicit MidiError(const std::string& reason) : Error(reason, ExitCode::kBadInput) {}
};

}  // namespace amt
