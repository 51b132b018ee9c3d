// A generation task, expressed in events of the arrival encoding.
#pragma once

#include <cstdint>
#include <vector>

#include "amt/generate/job.hpp"
#include "amt/tokens/events.hpp"

namespace amt {

using Events = std::vector<Event>;

/// A task for one piece. All events are in order of time.
struct GenerationTask {
  Events inputs;    ///< existing events: those before `start`, and kept ones after it
  Events controls;  ///< events that the new music accompanies, as_control()
  std::uint32_t start = 0, end = 0;  ///< ticks: new notes begin in [start, end)
  GenerationMode mode = GenerationMode::kAnticipatory;
};

/// Sorts by time; events with equal times keep their order.
void sort_by_time(Events& events);

/// Returns the events from `first` to `last` ticks, both inclusive. Durations are unchanged.
Events clip(const Events& events, std::uint32_t first, std::uint32_t last);

/// Converts controls to ordinary events.
Events as_events(const Events& controls);

/// Combines a result and the controls that it accompanies into one piece.
Events combine(const Events& result, const Events& controls);

}  // namespace amt
