#include "amt/midi/notes.hpp"

#include <algorithm>
#include <limits>

#include "amt/midi/ticks.hpp"

namespace amt {
namespace {

constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
constexpr std::size_t kChannels = 16;
constexpr std::size_t kInstruments = 129;

}  // namespace

void NotePairing::find(const Playback& playback, std::vector<Note>& notes) {
  clear();
  notes.clear();
  const auto most = static_cast<std::size_t>(std::ranges::count_if(
      playback.messages, [](const NoteMessage& message) { return message.velocity > 0; }));
  notes.reserve(most);
  sounding_.reserve(most);
  for (const NoteMessage& message : playback.messages) {
    if (message.velocity > 0) {
      start(message, notes);
    } else {
      end(message, notes);
    }
  }
}

void NotePairing::clear() {
  page_of_.resize(kChannels * kInstruments);
  for (const std::uint16_t entry : used_) page_of_[entry] = 0;
  used_.clear();
  sounding_.clear();
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
  notes.push_back({seconds_to_ticks(message.time), kNeverEnded, message.pitch, message.instrument,
                   message.velocity});
  sounding_.push_back({message.time, kNone});
  if (queues.first[message.pitch] == kNone) {
    queues.first[message.pitch] = index;
  } else {
    sounding_[queues.last[message.pitch]].next = index;
  }
  queues.last[message.pitch] = index;
}

void NotePairing::end(const NoteMessage& message, std::vector<Note>& notes) {
  std::uint32_t& first = page(message).first[message.pitch];
  if (first == kNone) return;
  notes[first].duration = seconds_to_ticks(message.time - sounding_[first].onset);
  first = sounding_[first].next;
}

void notes_of(const Playback& playback, std::vector<Note>& notes) {
  NotePairing().find(playback, notes);
}

}  // namespace amt
