#include "generation.hpp"

#include <algorithm>
#include <utility>

#include "amt/tokens/anticipate.hpp"

namespace amt {
namespace {

constexpr std::size_t kTriple = 3;
// A piece with this many instruments gets no further ones; the limit for training data is one more.
constexpr std::size_t kInstrumentLimit = kMostInstruments - 1;
// The reference drops controls in the first 50 ms.
constexpr std::uint32_t kFirstControl = 5;

constexpr std::uint32_t kEver = UINT32_MAX;

bool is_rest(const Event& event) { return event.note == kRest; }

Events as_controls(const Events& events) {
  Events controls;
  for (const Event& event : events) controls.push_back(as_control(event));
  return controls;
}

Events padded(const Events& events, std::uint32_t end) {
  Events out;
  pad(events, end, out);
  return out;
}

void append(const Events& more, Events& events) {
  events.insert(events.end(), more.begin(), more.end());
}

/// Returns the controls, and the inputs after the hole, as far as the reference uses them.
Events pending_of(const GenerationTask& task, const Events& future) {
  if (task.mode == GenerationMode::kAutoregressive) return future;
  Events pending = clip(task.controls, kFirstControl, kEver);
  append(as_controls(future), pending);
  sort_by_time(pending);
  return pending;
}

GenerationTask prepared(GenerationTask task) {
  if (task.mode == GenerationMode::kAutoregressive)
    task.inputs = combine(task.inputs, task.controls);
  return task;
}

bool anticipates(const GenerationTask& task, const Events& pending) {
  return task.mode == GenerationMode::kAnticipatory && !pending.empty();
}

}  // namespace

Generation::Generation(GenerationTask task, Window window)
    : task_(prepared(std::move(task))),
      future_(clip(task_.inputs, task_.start + 1, kEver)),
      pending_(pending_of(task_, future_)),
      anticipates_(anticipates(task_, pending_)),
      history_(anticipates_ ? kAnticipate : kAutoregress, window) {
  for (const Event& event : combine(task_.inputs, task_.controls)) {
    instruments_.insert(instrument_of(event));
  }
  for (const Event& event : padded(clip(task_.inputs, 0, task_.start), task_.start)) {
    append_pending();
    history_.append(event);
    now_ = event.time;
  }
  begin_triple();
}

/// Appends the controls of the next 5 s to the history.
void Generation::append_pending() {
  if (task_.mode == GenerationMode::kAutoregressive) return;
  while (next_pending_ < pending_.size() && now_ + kAnticipation >= pending_[next_pending_].time) {
    history_.append(pending_[next_pending_++]);
  }
}

/// Without anticipation, appends the kept notes to the history when they occur.
void Generation::pass_pending(std::uint32_t time) {
  if (task_.mode == GenerationMode::kAnticipatory) return;
  while (next_pending_ < pending_.size() && pending_[next_pending_].time <= time) {
    history_.append(pending_[next_pending_++]);
  }
}

std::uint32_t Generation::earliest() const { return std::max(task_.start, now_); }

void Generation::begin_triple() {
  append_pending();
  history_.look(earliest());
  place_ = 0;
}

TokenRange Generation::legal() const {
  switch (place_) {
    case 0: {
      const std::uint32_t offset = std::min(history_.offset(), earliest());
      return {kTimeOffset + static_cast<int>(earliest() - offset), kTimeOffset + kMaxTime};
    }
    case 1:
      return {kDurationOffset, kDurationOffset + kMaxDuration};
    default:
      return {kNoteOffset, kRest + 1};
  }
}

bool Generation::heard_enough() const { return history_.instruments().size() >= kInstrumentLimit; }

bool Generation::limits_instruments() const {
  return place_ == 2 && (heard_enough() || instruments_.size() >= kMostInstruments);
}

bool Generation::may_play(int token) const {
  if (token == kRest || !limits_instruments()) return true;
  const auto instrument = static_cast<std::uint8_t>((token - kNoteOffset) / kPitches);
  if (instruments_.size() >= kMostInstruments && !instruments_.contains(instrument)) return false;
  const auto& heard = history_.instruments();
  return !heard_enough() || std::ranges::find(heard, instrument) != heard.end();
}

void Generation::take(Token token) {
  history_.add(token);
  triple_[place_++] = token;
  if (place_ == static_cast<int>(kTriple)) {
    end_triple({triple_[0] + history_.offset(), triple_[1], triple_[2]});
  }
}

void Generation::end_triple(const Event& event) {
  if (event.time >= task_.end) {
    done_ = true;
    return;
  }
  pass_pending(event.time);
  history_.append(event);
  drawn_.push_back(event);
  if (!is_rest(event)) instruments_.insert(instrument_of(event));
  now_ = event.time;
  begin_triple();
}

Events Generation::result() const {
  Events events;
  for (const Event& event : history_.events()) {
    if (!is_control(event) && !is_rest(event)) events.push_back(event);
  }
  if (task_.mode == GenerationMode::kAnticipatory) {
    append(future_, events);
  } else {
    events.insert(events.end(), pending_.begin() + next_pending_, pending_.end());
  }
  sort_by_time(events);
  return events;
}

}  // namespace amt
