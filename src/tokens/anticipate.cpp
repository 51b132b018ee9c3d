#include "amt/tokens/anticipate.hpp"

#include <fmt/core.h>

#include "amt/base/error.hpp"

namespace amt {
namespace {

Event rest_at(std::uint32_t time) { return {time, kDurationOffset, kRest}; }

}  // namespace

std::uint64_t pad(std::span<const Event> events, std::uint32_t end_time, std::vector<Event>& out) {
  out.clear();
  std::uint32_t previous = 0;
  const auto rest_until = [&](std::uint32_t time) {
    while (time > previous + kLongestGap) out.push_back(rest_at(previous += kLongestGap));
  };
  for (const Event& event : events) {
    rest_until(event.time);
    out.push_back(event);
    previous = event.time;
  }
  rest_until(end_time);
  return out.size() - events.size();
}

void anticipate(std::span<const Event> events, std::span<const Event> controls,
                std::vector<Event>& out) {
  out.clear();
  std::size_t released = 0;
  std::uint32_t previous = 0;
  for (const Event& event : events) {
    while (released < controls.size() && previous + kAnticipation >= controls[released].time) {
      out.push_back(controls[released++]);
    }
    out.push_back(event);
    previous = event.time;
  }
  if (released < controls.size()) {
    throw Error(fmt::format(
        "{} controls after the last event at tick {}: pad the events to the end of the piece first",
        controls.size() - released, previous));
  }
}

}  // namespace amt
