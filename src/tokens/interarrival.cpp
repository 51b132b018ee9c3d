#include "amt/tokens/interarrival.hpp"

#include <algorithm>

#include "amt/midi/ticks.hpp"

namespace amt {
namespace {

Token note_token(const NoteMessage& message) {
  const int offset = message.velocity > 0 ? kMidiOnOffset : kMidiOffOffset;
  return static_cast<Token>(offset + kPitches * message.instrument + message.pitch);
}

}  // namespace

std::uint64_t interarrival_of(const Playback& playback, std::vector<Token>& tokens) {
  constexpr double kLongest = kMaxInterarrival - 1;
  tokens.clear();
  std::uint64_t truncations = 0;
  for (const NoteMessage& message : playback.messages) {
    const double wait = seconds_to_ticks(message.wait);
    truncations += wait > kLongest ? 1 : 0;
    if (wait > 0) tokens.push_back(static_cast<Token>(std::min(wait, kLongest)));
    tokens.push_back(note_token(message));
  }
  return truncations;
}

std::size_t interarrival_size(const Playback& playback) {
  constexpr double kNoTick = 0.5;  // rounds to the even 0
  std::size_t waits = 0;
  for (const NoteMessage& message : playback.messages)
    waits += 100 * message.wait > kNoTick ? 1 : 0;
  return playback.messages.size() + waits;
}

void InterarrivalPacker::add(std::span<const Token> tokens) {
  buffer_.push_back(kMidiSeparator);
  buffer_.insert(buffer_.end(), tokens.begin(), tokens.end());
  auto from = buffer_.begin();
  for (; buffer_.end() - from >= kContextLength; from += kContextLength) {
    std::copy_n(from, kContextLength, row_.begin());
    ++rows_;
    sink_(row_);
  }
  buffer_.erase(buffer_.begin(), from);
}

}  // namespace amt
