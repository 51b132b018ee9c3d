#include "history.hpp"

#include <algorithm>

namespace amt {
namespace {

constexpr std::size_t kSeen = 339;  // triples: with the flag and two more tokens 1020 of the 1024
constexpr std::size_t kKept = kSeen - kSeen / 4;  // triples that are left when a quarter is dropped

}  // namespace

void History::append(const Event& event) {
  events_.push_back(event);
  const int note = is_control(event) ? event.note - kControlOffset : int{event.note};
  const auto instrument = static_cast<std::uint8_t>((note - kNoteOffset) / kPitches);
  if (std::ranges::find(instruments_, instrument) == instruments_.end()) {
    instruments_.push_back(instrument);
  }
}

std::size_t History::first_seen() const {
  const std::size_t count = events_.size();
  if (count - first_ <= kSeen) return first_;
  return count - (window_ == Window::kExact ? kSeen : kKept);
}

/// Returns the index of the first event that the model sees: `first`, or a later one if the piece
/// is so sparse that relative times would exceed the range of time tokens.
std::size_t History::shortened(std::size_t first, std::uint32_t earliest) const {
  std::uint32_t least = earliest, most = earliest;
  std::size_t kept = events_.size();
  while (kept > first) {
    const std::uint32_t time = events_[kept - 1].time;
    least = std::min(least, time);
    most = std::max(most, time);
    if (most - least >= kMaxTime) break;
    --kept;
  }
  return kept;
}

void History::look(std::uint32_t earliest) {
  first_ = shortened(first_seen(), earliest);
  const std::span<const Event> seen = std::span(events_).subspan(first_);
  const auto least = std::ranges::min_element(seen, {}, &Event::time);
  offset_ = least == seen.end() ? 0 : least->time;
  context_.resize(1);
  for (const Event& event : seen) {
    const int shift = is_control(event) ? kControlOffset : 0;
    context_.push_back(
        static_cast<Token>(event.time - offset_ + static_cast<std::uint32_t>(shift)));
    context_.push_back(event.duration);
    context_.push_back(event.note);
  }
}

}  // namespace amt
