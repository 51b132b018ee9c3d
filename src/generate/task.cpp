#include "task.hpp"

#include <algorithm>

namespace amt {

void sort_by_time(Events& events) { std::ranges::stable_sort(events, {}, &Event::time); }

Events clip(const Events& events, std::uint32_t first, std::uint32_t last) {
  Events kept;
  std::ranges::copy_if(events, std::back_inserter(kept), [&](const Event& event) {
    return first <= event.time && event.time <= last;
  });
  return kept;
}

Events as_events(const Events& controls) {
  Events events = controls;
  for (Event& event : events) {
    event.duration = static_cast<Token>(event.duration - kControlOffset);
    event.note = static_cast<Token>(event.note - kControlOffset);
  }
  return events;
}

Events combine(const Events& result, const Events& controls) {
  Events all = result;
  const Events more = as_events(controls);
  all.insert(all.end(), more.begin(), more.end());
  sort_by_time(all);
  return all;
}

}  // namespace amt
