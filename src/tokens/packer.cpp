#include "amt/tokens/packer.hpp"

#include <algorithm>

namespace amt {
namespace {

constexpr std::size_t kTriples = (kContextLength - 1) / 3;

std::uint32_t first_time(std::span<const Event> triples) {
  if (triples.empty()) return 0;
  return std::ranges::min(triples, {}, &Event::time).time;
}

std::uint32_t last_time(std::span<const Event> triples) {
  std::uint32_t last = 0;
  for (const Event& triple : triples) {
    last = std::max(last, triple.note == kSeparator ? 0 : triple.time);
  }
  return last;
}

Token* put_triple(const Event& triple, std::uint32_t start, Token* out) {
  const std::uint32_t offset = is_control(triple) ? kControlOffset : 0;
  *out++ = static_cast<Token>(triple.time - start + offset);
  *out++ = triple.duration;
  *out++ = triple.note;
  return out;
}

}  // namespace

void RowPacker::add(std::span<const Event> triples, bool anticipated) {
  const Token next_flag = anticipated ? kAnticipate : kAutoregress;
  if (buffer_.empty()) flag_ = next_flag;
  buffer_.push_back(kSeparatorEvent);
  buffer_.insert(buffer_.end(), triples.begin(), triples.end());
  std::size_t cut = 0;
  for (; buffer_.size() - cut >= kTriples; cut += kTriples) {
    if (!fill_row(std::span(buffer_).subspan(cut, kTriples))) {
      ++discarded_;
      continue;  // the flag stays: the reference renews it with a row that is written only
    }
    row_[0] = flag_;
    ++rows_;
    sink_(row_);
    flag_ = next_flag;
  }
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(cut));
}

/// The triples into row_, all but the flag. Times are made relative up to the first separator only:
/// the piece after it begins at 0. False if a time is too large for a token.
bool RowPacker::fill_row(std::span<const Event> triples) {
  const auto separator = std::ranges::find(triples, Token{kSeparator}, &Event::note);
  const auto head = static_cast<std::size_t>(separator - triples.begin());
  const std::uint32_t start = first_time(triples.first(head));
  if (last_time(triples.first(head)) >= start + kMaxTime) return false;
  if (last_time(triples.subspan(head)) >= kMaxTime) return false;
  Token* out = row_.data() + 1;
  for (const Event& triple : triples.first(head)) out = put_triple(triple, start, out);
  for (const Event& triple : triples.subspan(head)) out = put_triple(triple, 0, out);
  return true;
}

}  // namespace amt
