// Writes a finished piece.
#pragma once

#include <filesystem>
#include <string>

#include "task.hpp"

namespace amt {

/// Returns OUT.mid, or OUT-3.mid for the third of several pieces.
std::filesystem::path output_path(const std::filesystem::path& out, std::uint64_t number,
                                  std::uint64_t count);

/// Writes events, in order of time, as a MIDI file for any player. Throws Error if it cannot be
/// written.
void write_piece(const Events& events, const std::filesystem::path& file);

/// Draws the piece with a line where the new music begins and, in a hole, where it ends. `name`
/// becomes the title.
void draw_piece(const Events& events, const GenerationTask& task, const std::string& name,
                const std::filesystem::path& file);

/// Returns one line per event: onset and duration in ticks of 10 ms, pitch, instrument (128: the
/// drums).
std::string text_of(const Events& events);

}  // namespace amt
