#include "amt/base/strings.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "edit_distance.hpp"

namespace amt {
namespace {

std::string print(const char* format, double value) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}

}  // namespace

std::string format_bytes(double bytes) {
  constexpr std::array<const char*, 6> units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  std::size_t unit = 0;
  while (bytes >= 1000 && unit + 1 < units.size()) {
    bytes /= 1024;
    ++unit;
  }
  return print(unit == 0 || bytes >= 100 ? "%.0f " : (bytes >= 10 ? "%.1f " : "%.2f "), bytes) +
         units[unit];
}

std::string format_count(std::uint64_t n) {
  std::string digits = std::to_string(n);
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return digits;
}

std::string fixed(double value, int digits) {
  std::array<char, 352> text{};  // the largest double has 309 digits before the point
  std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  return text.data();
}

std::string format_duration(double seconds) {
  if (!std::isfinite(seconds) || seconds < 0) return "unknown";
  if (seconds < 60) return print(seconds < 10 ? "%.1f s" : "%.0f s", seconds);
  const auto whole = static_cast<std::int64_t>(std::llround(seconds));
  const std::int64_t hours = whole / 3600, minutes = whole / 60 % 60;
  std::array<char, 64> text{};
  if (hours > 0) {
    std::snprintf(text.data(), text.size(), "%lld h %02lld min", static_cast<long long>(hours),
                  static_cast<long long>(minutes));
  } else {
    std::snprintf(text.data(), text.size(), "%lld min %02lld s", static_cast<long long>(minutes),
                  static_cast<long long>(whole % 60));
  }
  return text.data();
}

std::string printable(std::string_view text, std::size_t most) {
  const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
  std::size_t end = std::min(text.size(), most);
  while (end < text.size() && end > 0 && continues(text[end])) --end;  // not within a character
  std::string shown(text.substr(0, end));
  std::ranges::replace_if(
      shown, [](unsigned char c) { return c < ' ' || c == 0x7F; }, '?');
  return end < text.size() ? shown + "..." : shown;
}

std::string nearest(std::string_view word, std::span<const std::string> candidates) {
  std::size_t best = std::max<std::size_t>(2, word.size() / 3) + 1;
  std::string found;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best) {
      best = distance;
      found = candidate;
    }
  }
  return found;
}

}  // namespace amt
