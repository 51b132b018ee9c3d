#include "amt/midi/notes.hpp"

#include <limits>

#include "amt/midi/ticks.hpp"

namespace amt {
namespace {

constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
constexpr std::size_t kChannels = 16;
constexpr std::size_t kInstruments = 129;

}  // namespace

void NotePairing::find(const Playback& playback, std::vector<Note>& notes) {
  begin(notes);
  add(playback.messages, notes);
  finish(notes);
}

void NotePairing::begin(std::vector<Note>& notes, std::size_t expected) {
  page_of_.resize(kChannels * kInstruments);
  for (const std::uint16_t entry : used_) page_of_[entry] = 0;
  used_.clear();
  next_.clear();
  notes.clear();
  next_.reserve(expected);
  notes.reserve(expected);
}

void NotePairing::add(std::span<const NoteMessage> messages, std::vector<Note>& notes) {
  for (const NoteMessage& message : messages) {
    if (message.velocity > 0) {
      start(message, notes);
    } else {
      end(message, notes);
    }
  }
}

void NotePairing::finish(std::vector<Note>& notes) const {
  for (std::size_t p = 0; p < used_.size(); ++p) {
    for (std::uint32_t note : pages_[p].first) {
      for (; note != kNone; note = next_[note]) notes[note].duration = kNeverEnded;
    }
  }
}

NotePairing::Page& NotePairing::page(const NoteMessage& message) {
  const std::size_t entry = message.channel * kInstruments + message.instrument;
  if (page_of_[entry] == 0) {
    used_.push_back(static_cast<std::uint16_t>(entry));
    page_of_[entry] = static_cast<std::uint16_t>(used_.size());
    if (pages_.size() < used_.size()) pages_.emplace_back();
    pages_[used_.size() - 1].first.fill(kNone);
  }
  return pages_[page_of_[entry] - 1u];
}

void NotePairing::start(const NoteMessage& message, std::vector<Note>& notes) {
  Page& queues = page(message);
  const auto index = static_cast<std::uint32_t>(notes.size());
  // While a note sounds, its duration field holds the onset in seconds.
  notes.push_back({seconds_to_ticks(message.time), message.time, message.pitch, message.instrument,
                   message.velocity});
  next_.push_back(kNone);
  if (queues.first[message.pitch] == kNone) {
    queues.first[message.pitch] = index;
  } else {
    next_[queues.last[message.pitch]] = index;
  }
  queues.last[message.pitch] = index;
}

void NotePairing::end(const NoteMessage& message, std::vector<Note>& notes) {
  std::uint32_t& first = page(message).first[message.pitch];
  if (first == kNone) return;
  notes[first].duration = seconds_to_ticks(message.time - notes[first].duration);
  first = next_[first];
}

void notes_of(const Playback& playback, std::vector<Note>& notes) {
  NotePairing().find(playback, notes);
}

}  // namespace amt
