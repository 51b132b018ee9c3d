// A generation task in events; arrival encoding only.
#pragma once

#include <cstdint>
#include <vector>

#include "amt/generate/job.hpp"
#include "amt/tokens/events.hpp"

namespace amt {

using Events = std::vector<Event>;

/// One piece. All events in order of time.
struct GenerationTask {
  Events inputs;    ///< what is there already: before `start` the prompt, after it what stays
  Events controls;  ///< what the new music accompanies, as_control()
  std::uint32_t start = 0, end = 0;  ///< ticks: new notes begin in [start, end)
  GenerationMode mode = GenerationMode::kAnticipatory;
};

/// In order of time; equal times stay as they are.
void sort_by_time(Events& events);

/// The triples from `first` to `last` ticks, both included. Durations stay as they are.
Events clip(const Events& events, std::uint32_t first, std::uint32_t last);

/// Controls as ordinary events.
Events as_events(const Events& controls);

/// A result and the controls that it accompanies, as one piece.
Events combine(const Events& result, const Events& controls);

}  // namespace amt
