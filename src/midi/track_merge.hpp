// Puts the messages of all tracks in the order of their ticks (docs/spec/preprocessing.md 4.2).
#pragma once

#include <cstdint>
#include <span>

#include "message.hpp"

namespace amt {

/// Sorts `messages` stably by tick; no tick exceeds `last_tick`. `scratch` must be as long as
/// `messages`. Returns the sorted messages, which are in one of the two buffers.
std::span<const Message> merge_tracks(std::span<Message> messages, std::span<Message> scratch,
                                      std::uint32_t last_tick);

}  // namespace amt
