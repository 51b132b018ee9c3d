#include "interarrival.hpp"

#include <algorithm>

#include "amt/midi/ticks.hpp"

namespace amt {
namespace {

Token note_token(const NoteMessage& message) {
  const int offset = message.velocity > 0 ? kMidiOnOffset : kMidiOffOffset;
  return static_cast<Token>(offset + kPitches * message.instrument + message.pitch);
}

}  // namespace

void InterarrivalTokens::begin(std::size_t expected) {
  tokens_.clear();
  tokens_.reserve(2 * expected);
  truncations_ = 0;
  overflow_ = false;
}

void InterarrivalTokens::add(std::span<const NoteMessage> messages) {
  constexpr double kLongest = kMaxInterarrival - 1;
  for (const NoteMessage& message : messages) {
    const double wait = round_half_even(100 * message.wait);
    overflow_ |= !is_finite_ticks(wait);
    truncations_ += wait > kLongest ? 1 : 0;
    if (wait > 0) tokens_.push_back(static_cast<Token>(std::min(wait, kLongest)));
    tokens_.push_back(note_token(message));
  }
}

std::span<const Token> InterarrivalTokens::tokens() const {
  if (overflow_) reject_time();
  return tokens_;
}

void InterarrivalPacker::add(std::span<const Token> tokens) {
  buffer_.push_back(kMidiSeparator);
  while (buffer_.size() + tokens.size() >= kContextLength) {
    const auto head = tokens.first(kContextLength - buffer_.size());
    std::ranges::copy(head, std::ranges::copy(buffer_, row_.begin()).out);
    tokens = tokens.subspan(head.size());
    buffer_.clear();
    ++rows_;
    sink_(row_);
  }
  buffer_.insert(buffer_.end(), tokens.begin(), tokens.end());
}

}  // namespace amt
