// The messages of all tracks in the order of their ticks (spec/preprocessing.md 4.2).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "message.hpp"

namespace amt {

/// Sorts `messages`, a sequence of runs that are sorted by tick, stably by tick. run_ends[i] is one
/// past the last message of run i; both arguments are used up. `scratch` is as long as `messages`.
/// Returns the sorted messages, which lie in one of the two.
std::span<const Message> merge_tracks(std::span<Message> messages, std::span<Message> scratch,
                                      std::vector<std::size_t>& run_ends);

}  // namespace amt
