// Rests and anticipation: the order in which events and controls go into the token stream
// (arXiv 2306.08620).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "amt/tokens/events.hpp"

namespace amt {

inline constexpr std::uint32_t kLongestGap = kTimeResolution;  ///< ticks without event or rest
inline constexpr std::uint32_t kAnticipation = 5 * kTimeResolution;  ///< ticks, of a control

/// The events into `out`, with a rest wherever more than 1 s would pass without an event, also from
/// the start to the first event and from the last one to `end_time` (ticks). Returns the rests.
std::uint64_t pad(std::span<const Event> events, std::uint32_t end_time, std::vector<Event>& out);

/// Interleaves into `out`: a control comes after the first event that is less than 5 s before it,
/// or later. Error if controls are left after the last event, which padded events exclude.
void anticipate(std::span<const Event> events, std::span<const Event> controls,
                std::vector<Event>& out);

}  // namespace amt
