// Plays tracks whose ticks do not fit into 32 bits. Exact but slow; needed for one file in many
// thousands.
#pragma once

#include <span>

#include "byte_reader.hpp"
#include "player.hpp"

namespace amt {

/// Merges the tracks' messages directly from their bytes, in the order of merge_tracks(), and plays
/// them into the sink. The tracks must have been read before without an error. Uses 200 bytes of
/// memory per track.
void play_wide(std::span<const ByteRange> tracks, Player& player, const NoteMessageSink& sink);

}  // namespace amt
