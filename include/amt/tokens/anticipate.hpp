// Inserts rests, and places controls ahead of time in the token stream (arXiv 2306.08620).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "amt/tokens/events.hpp"

namespace amt {

inline constexpr std::uint32_t kLongestGap = kTimeResolution;  ///< ticks without an event or a rest
inline constexpr std::uint32_t kAnticipation = 5 * kTimeResolution;  ///< lead of controls, ticks

/// Copies the events to `out` and inserts a rest wherever more than 1 s would pass without an
/// event, including before the first event and from the last one to `end_time` (ticks). Returns the
/// number of rests.
std::uint64_t pad(std::span<const Event> events, std::uint32_t end_time, std::vector<Event>& out);

/// Interleaves events and controls into `out`: a control follows the first event that is less than
/// 5 s before it. Throws Error if controls are left after the last event, which cannot happen with
/// padded events.
void anticipate(std::span<const Event> events, std::span<const Event> controls,
                std::vector<Event>& out);

}  // namespace amt
