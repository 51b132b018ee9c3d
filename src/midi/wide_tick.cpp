#include "wide_tick.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "amt/midi/midi_error.hpp"

namespace amt {
namespace {

[[noreturn]] void refuse_size() { throw MidiError("a time in ticks is too large for a double"); }

}  // namespace

WideTick WideTick::read(const ByteRange& range, const Byte* at) {
  WideTick value;
  for (;;) {
    const Byte byte = take_byte(range, at);
    value.append_seven_bits(byte & 0x7F);
    if (byte < 0x80) return value;
  }
}

void WideTick::append_seven_bits(Byte bits) {
  std::uint64_t carry = bits;
  for (std::uint64_t& word : words_) {
    const std::uint64_t out = word >> 57;
    word = word << 7 | carry;
    carry = out;
  }
  if (carry != 0) refuse_size();
}

WideTick& WideTick::operator+=(const WideTick& other) {
  std::uint64_t carry = 0;
  for (std::size_t i = 0; i < kWords; ++i) {
    const std::uint64_t sum = words_[i] + other.words_[i];
    const std::uint64_t with_carry = sum + carry;
    carry = (sum < words_[i] || with_carry < sum) ? 1 : 0;
    words_[i] = with_carry;
  }
  if (carry != 0) refuse_size();
  return *this;
}

WideTick& WideTick::operator-=(const WideTick& other) {
  std::uint64_t borrow = 0;
  for (std::size_t i = 0; i < kWords; ++i) {
    const std::uint64_t difference = words_[i] - other.words_[i];
    const std::uint64_t with_borrow = difference - borrow;
    borrow = (difference > words_[i] || with_borrow > difference) ? 1 : 0;
    words_[i] = with_borrow;
  }
  return *this;
}

std::strong_ordering WideTick::operator<=>(const WideTick& other) const {
  return std::lexicographical_compare_three_way(words_.rbegin(), words_.rend(),
                                                other.words_.rbegin(), other.words_.rend());
}

double WideTick::to_double() const {
  std::size_t top = kWords - 1;
  while (top > 0 && words_[top] == 0) --top;
  if (top == 0) return static_cast<double>(words_[0]);
  // Takes the upper 64 bits and sets the lowest of them if any bit below is set: this is enough to
  // round to 53 bits exactly like the complete number.
  const int shift = std::countl_zero(words_[top]);
  std::uint64_t upper = words_[top] << shift;
  std::uint64_t lower = words_[top - 1];
  if (shift > 0) {
    upper |= lower >> (64 - shift);
    lower <<= shift;
  }
  for (std::size_t i = 0; i + 1 < top; ++i) lower |= words_[i];
  upper |= lower != 0 ? 1 : 0;
  const double value = std::ldexp(static_cast<double>(upper), 64 * static_cast<int>(top) - shift);
  if (!std::isfinite(value)) refuse_size();
  return value;
}

}  // namespace amt
