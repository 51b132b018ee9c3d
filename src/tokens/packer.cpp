#include "packer.hpp"

#include <algorithm>

namespace amt {
namespace {

constexpr std::size_t kTriples = kTriplesPerRow;

struct Times {
  std::uint32_t first = ~0u;
  std::uint32_t last = 0;
};

/// Returns the first and the last time of triples that are not separators.
Times times_of(std::span<const Event> triples) {
  Times times;
  for (const Event& triple : triples) {
    times.first = std::min(times.first, triple.time);
    times.last = std::max(times.last, triple.time);
  }
  return times;
}

std::uint32_t last_time(std::span<const Event> triples) {
  std::uint32_t last = 0;
  for (const Event& triple : triples) {
    last = std::max(last, triple.note == kSeparator ? 0 : triple.time);
  }
  return last;
}

/// Writes the triples as tokens, with times relative to `start`. The times of controls get
/// kControlOffset here; durations and notes already include it. Separators are not controls.
void put_triples(std::span<const Event> triples, std::uint32_t start, Token* out) {
  for (const Event& triple : triples) {
    const std::uint32_t offset = is_control(triple) ? kControlOffset : 0;
    *out++ = static_cast<Token>(triple.time - start + offset);
    *out++ = triple.duration;
    *out++ = triple.note;
  }
}

}  // namespace

void RowPacker::add(std::span<const Event> triples, bool anticipated) {
  const Token next_flag = anticipated ? kAnticipate : kAutoregress;
  if (buffer_.empty()) flag_ = next_flag;
  buffer_.push_back(kSeparatorEvent);
  while (buffer_.size() + triples.size() >= kTriples) {
    std::span<const Event> full = triples.first(std::min(triples.size(), kTriples));
    if (buffer_.empty()) {
      triples = triples.subspan(kTriples);
    } else {
      const auto head = triples.first(kTriples - buffer_.size());
      buffer_.insert(buffer_.end(), head.begin(), head.end());
      triples = triples.subspan(head.size());
      full = buffer_;
    }
    emit(full, next_flag);
    buffer_.clear();
  }
  buffer_.insert(buffer_.end(), triples.begin(), triples.end());
}

void RowPacker::emit(std::span<const Event> triples, Token next_flag) {
  if (!fill_row(triples)) {
    ++discarded_;
    return;  // keep the flag: the reference updates it only when it writes a row
  }
  row_[0] = flag_;
  ++rows_;
  sink_(row_);
  flag_ = next_flag;
}

/// Writes the triples to row_, after the flag. Makes times relative only up to the first separator,
/// because the piece after it begins at 0. Returns false if a time is too large for a token.
bool RowPacker::fill_row(std::span<const Event> triples) {
  const auto separator = std::ranges::find(triples, Token{kSeparator}, &Event::note);
  const std::size_t head = separator - triples.begin();
  const Times times = times_of(triples.first(head));
  const std::uint32_t start = head > 0 ? times.first : 0;
  if (times.last >= start + kMaxTime || last_time(triples.subspan(head)) >= kMaxTime) return false;
  put_triples(triples.first(head), start, row_.data() + 1);
  put_triples(triples.subspan(head), 0, row_.data() + 1 + kTripleTokens * head);
  return true;
}

}  // namespace amt
