// Converts notes to a piano roll.
#pragma once

#include <span>
#include <string>

#include "amt/charts/piano_roll.hpp"
#include "amt/midi/note.hpp"

namespace amt {

/// Builds a voice for each instrument, in order of its first note. `notes` must be in order of
/// onset.
PianoRoll piano_roll_of(std::span<const Note> notes, std::string title);

}  // namespace amt
