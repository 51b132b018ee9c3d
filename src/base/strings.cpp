#include "amt/base/strings.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "edit_distance.hpp"

namespace amt {

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c |= 'a' - 'A';  // the two cases differ in one bit
  }
  return lower;
}

std::string format_bytes(double bytes) {
  constexpr std::array<const char*, 6> units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  std::size_t unit = 0;
  while (bytes >= 1000 && unit + 1 < units.size()) {
    bytes /= 1024;
    ++unit;
  }
  const int decimals = unit == 0 || bytes >= 100 ? 0 : (bytes >= 10 ? 1 : 2);
  return fmt::format("{:.{}f} {}", bytes, decimals, units[unit]);
}

std::string format_count(std::uint64_t n) {
  std::string digits = std::to_string(n);
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return digits;
}

std::string counted(std::uint64_t n, std::string_view noun) {
  return fmt::format("{} {}{}", format_count(n), noun, n == 1 ? "" : "s");
}

std::string format_duration(double seconds) {
  if (!std::isfinite(seconds) || seconds < 0) return "unknown";
  if (seconds < 60) return fmt::format("{:.{}f} s", seconds, seconds < 10 ? 1 : 0);
  const std::int64_t whole = std::llround(seconds);
  const std::int64_t hours = whole / 3600, minutes = whole / 60 % 60;
  if (hours > 0) return fmt::format("{} h {:02} min", hours, minutes);
  return fmt::format("{} min {:02} s", minutes, whole % 60);
}

std::string printable(std::string_view text, std::size_t most) {
  const auto continues = [](char c) { return (c & 0xC0) == 0x80; };
  std::size_t end = std::min(text.size(), most);
  while (end < text.size() && end > 0 && continues(text[end]))
    --end;  // not in the middle of a UTF-8 character
  std::string shown(text.substr(0, end));
  std::ranges::replace_if(
      shown, [](unsigned char c) { return c < ' ' || c == 0x7F; }, '?');
  return end < text.size() ? shown + "..." : shown;
}

std::string nearest(std::string_view word, std::span<const std::string> candidates) {
  std::string found;
  std::size_t best = word.size() + 1;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance >= best || distance > max_typos(word, candidate)) continue;
    best = distance;
    found = candidate;
  }
  return found;
}

}  // namespace amt
