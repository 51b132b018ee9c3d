// Notes as the text of the reference's intermediate files.
#pragma once

#include <span>
#include <string>

#include "amt/midi/note.hpp"

namespace amt {

/// The bytes of the reference's .compound.txt: for each note "onset duration pitch instrument
/// velocity", decimal, single spaces, no newline at the end; "" for no notes.
std::string compound_text(std::span<const Note> notes);

}  // namespace amt
