// Notes for tests.
#pragma once

#include <cstddef>
#include <vector>

#include "amt/midi/note.hpp"

namespace amt::test {

/// Returns `count` notes of 10 ticks at tick 0, except that the last one is at `last_onset`.
inline std::vector<Note> piano_notes(std::size_t count, double last_onset) {
  std::vector<Note> notes(count, Note{0, 10, 60, 0, 64});
  if (!notes.empty()) notes.back().onset = last_onset;
  return notes;
}

}  // namespace amt::test
