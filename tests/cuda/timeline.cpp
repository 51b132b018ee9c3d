#include "timeline.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace amt::test {
namespace {

void join(std::map<const void*, std::uint64_t>& into,
          const std::map<const void*, std::uint64_t>& from) {
  for (const auto& [agent, time] : from) into[agent] = std::max(into[agent], time);
}

}  // namespace

std::string Timeline::name_of(Agent agent) { return agent == kHost ? "the host" : work_[agent]; }

void Timeline::queue(Agent stream, const std::string& name) {
  ++clocks_[kHost][kHost];
  join(clocks_[stream], clocks_[kHost]);
  ++clocks_[stream][stream];
  work_[stream] = name;
}

/// Ignores a wait that adds no order, because leaving it out could not be detected.
void Timeline::learn(Agent agent, const Clock& other, const std::string& wait) {
  Clock& own = clocks_[agent];
  const bool news = std::ranges::any_of(other, [&](const auto& entry) {
    return entry.first != agent && entry.first != kHost && entry.second > own[entry.first];
  });
  if (!news) return;
  waits_.push_back(wait);
  if (!left_out_.contains(waits_.size() - 1)) join(own, other);
}

void Timeline::record(const void* event, Agent stream) {
  join(clocks_[stream], clocks_[kHost]);
  events_[event] = clocks_[stream];
  event_work_[event] = name_of(stream);
}

void Timeline::stream_waits(Agent stream, const void* event) {
  learn(stream, events_[event],
        fmt::format("{}'s stream for {}", name_of(stream), event_work_[event]));
}

void Timeline::host_waits_for_event(const void* event) {
  learn(kHost, events_[event], "the host for " + event_work_[event]);
}

void Timeline::host_waits_for_stream(Agent stream) {
  learn(kHost, clocks_[stream], "the host for all up to " + name_of(stream));
}

void Timeline::host_waits_for_all() {
  for (const auto& [agent, clock] : std::map(clocks_)) join(clocks_[kHost], clock);
}

void Timeline::host_asks_time_of(const void* event) {
  for (const auto& [agent, time] : events_[event]) {
    if (time > clocks_[kHost][agent])
      races_.emplace_back("time of an event that may not have occurred");
  }
}

void Timeline::forget(const void* memory, std::size_t bytes) {
  const auto begin = reinterpret_cast<std::uintptr_t>(memory);
  const auto first = split(begin), last = split(begin + bytes);
  cells_.erase(first, last);
}

/// Splits the cell that contains `at`, if any; returns the first cell that starts at or after `at`.
Timeline::Cells::iterator Timeline::split(std::uintptr_t at) {
  const auto next = cells_.lower_bound(at);
  if (next == cells_.begin()) return next;
  Cell& before = std::prev(next)->second;
  if (before.end <= at) return next;
  const auto rest = cells_.emplace_hint(next, at, before);
  before.end = at;
  return rest;
}

void Timeline::touches(Agent agent, const void* memory, std::size_t bytes, Use use) {
  if (bytes == 0) return;
  if (agent == kHost) ++clocks_[kHost][kHost];
  const Touch now{agent, clocks_[agent][agent], name_of(agent)};
  const auto begin = reinterpret_cast<std::uintptr_t>(memory), end = begin + bytes;
  split(begin);
  split(end);
  for (std::uintptr_t at = begin; at < end;) {
    auto cell = cells_.lower_bound(at);
    if (cell == cells_.end() || cell->first > at) {  // a gap
      const std::uintptr_t next = cell == cells_.end() ? end : std::min(end, cell->first);
      cell = cells_.emplace_hint(cell, at, Cell{next, {}, {}});
    }
    touch(cell->second, now, use);
    at = cell->second.end;
  }
}

void Timeline::touch(Cell& cell, const Touch& now, Use use) {
  if (use == Use::kReads) {
    expect_after(cell.written, now, "read by {}, not ordered after the write by {}");
    cell.read[now.agent] = now;
    return;
  }
  expect_after(cell.written, now, "write by {}, not ordered after the write by {}");
  for (const auto& [agent, read] : cell.read) {
    expect_after(read, now, "write by {}, not ordered after the read by {}");
  }
  cell.written = now;
  cell.read.clear();
}

void Timeline::expect_after(const Touch& earlier, const Touch& later, const char* what) {
  if (earlier.time <= clocks_[later.agent][earlier.agent]) return;
  std::string race = fmt::format(fmt::runtime(what), later.name, earlier.name);
  if (std::ranges::find(races_, race) == races_.end()) races_.push_back(std::move(race));
}

}  // namespace amt::test
