// Playing tracks whose ticks do not fit 32 bits. Slow and exact; one file in many thousands.
#pragma once

#include <span>

#include "byte_reader.hpp"
#include "player.hpp"

namespace amt {

/// Merges the tracks' messages straight from their bytes, in the order of merge_tracks(), and plays
/// them into the sink. The tracks must have been read once without an error. Memory: 200 bytes a
/// track.
void play_wide(std::span<const ByteRange> tracks, Player& player, const NoteMessageSink& sink);

}  // namespace amt
