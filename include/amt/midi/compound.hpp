// Notes in the text format of the reference's intermediate files.
#pragma once

#include <span>
#include <string>

#include "amt/midi/note.hpp"

namespace amt {

/// Returns the contents of the reference's .compound.txt: for each note "onset duration pitch
/// instrument velocity" in decimal, separated by single spaces, without a final newline; "" if
/// there are no notes.
std::string compound_text(std::span<const Note> notes);

}  // namespace amt
