#include "amt/base/option_value.hpp"

#include <fmt/core.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

namespace amt {
namespace {

template <class T>
std::string range() {
  return fmt::format("from {} to {}", std::numeric_limits<T>::min(), std::numeric_limits<T>::max());
}

template <class T>
constexpr const char* kNumber = std::is_integral_v<T> ? "a whole number" : "a number";

/// Parses the complete text as a number.
template <class T>
std::string read_number(std::string_view text, T* value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *value);
  const bool whole = end == text.data() + text.size();
  if (whole && error == std::errc::result_out_of_range) {
    if constexpr (std::is_integral_v<T>)
      return fmt::format("is out of range: it must be {}", range<T>());
    return "is out of range";
  }
  return whole && error == std::errc() ? "" : fmt::format("is not {}", kNumber<T>);
}

using Units = std::span<const std::pair<const char*, double>>;

/// Parses a non-negative number followed by the name of a unit. `kind` is used in messages.
std::string read_quantity(std::string_view text, Units units, const char* kind, double* value) {
  const std::size_t split = text.find_first_not_of("0123456789.");
  const std::string_view number = text.substr(0, split);
  const std::string_view unit = split == text.npos ? "" : text.substr(split);
  if (text.starts_with('-')) return fmt::format("is negative; use {}", kind);
  for (const auto& [name, factor] : units) {
    double count = 0;
    if (unit != name || !read_number(number, &count).empty()) continue;
    *value = count * factor;
    const bool fits = *value <= 0x1p63;  // the range of int64_t, up to rounding
    return fits ? "" : "is too large";
  }
  return fmt::format("is not {}", kind);
}

template <class T>
std::string parse_number(const std::string& text, T* value) {
  const bool negative = text.size() > 1 && text[0] == '-';
  if (std::is_unsigned_v<T> && negative && text.find_first_not_of("0123456789", 1) == text.npos) {
    return "is negative; use a whole number of 0 or more";
  }
  T parsed{};
  const std::string problem = read_number(text, &parsed);
  if (!problem.empty()) return problem;
  if constexpr (std::is_floating_point_v<T>) {
    if (!std::isfinite(parsed)) return "is not a finite number";
  }
  *value = parsed;
  return "";
}

template <class T>
std::string show_number(T value) {
  char text[64];
  const auto [end, error] = std::to_chars(text, text + sizeof(text), value);  // shortest exact
  return std::string(text, end);
}

}  // namespace

std::string parse_option(const std::string& text, bool* value) {
  for (const auto& [yes, no] :
       {std::pair("true", "false"), {"yes", "no"}, {"on", "off"}, {"1", "0"}}) {
    if (text == yes || text == no) return *value = text == yes, "";
  }
  return "is not true or false";
}

std::string parse_option(const std::string& text, int* value) { return parse_number(text, value); }
std::string parse_option(const std::string& text, std::int64_t* value) {
  return parse_number(text, value);
}
std::string parse_option(const std::string& text, std::uint64_t* value) {
  return parse_number(text, value);
}
std::string parse_option(const std::string& text, double* value) {
  return parse_number(text, value);
}

std::string parse_option(const std::string& text, std::optional<std::uint64_t>* value) {
  std::uint64_t parsed = 0;
  const std::string problem = parse_number(text, &parsed);
  if (problem.empty()) *value = parsed;
  return problem;
}

std::string parse_option(const std::string& text, std::string* value) {
  *value = text;
  return "";
}

std::string parse_option(const std::string& text, ByteSize* value) {
  constexpr double ki = 1024, mi = ki * 1024, gi = mi * 1024, ti = gi * 1024;
  static constexpr std::pair<const char*, double> units[] = {
      {"", 1},     {"B", 1},  {"K", ki},  {"KB", ki},  {"KiB", ki}, {"M", mi},  {"MB", mi},
      {"MiB", mi}, {"G", gi}, {"GB", gi}, {"GiB", gi}, {"T", ti},   {"TB", ti}, {"TiB", ti}};
  double bytes = 0;
  const std::string problem = read_quantity(text, units, "a size such as 256MB or 4GB", &bytes);
  if (problem.empty()) value->bytes = static_cast<std::uint64_t>(bytes);
  return problem;
}

std::string parse_option(const std::string& text, Duration* value) {
  static constexpr std::pair<const char*, double> units[] = {
      {"", 1}, {"s", 1}, {"m", 60}, {"min", 60}, {"h", 3600}, {"d", 86400}};
  return read_quantity(text, units, "a time such as 90s, 30m or 2h", &value->seconds);
}

std::string show_option(int value) { return show_number(value); }
std::string show_option(std::int64_t value) { return show_number(value); }
std::string show_option(std::uint64_t value) { return show_number(value); }
std::string show_option(double value) { return show_number(value); }
std::string show_option(const std::optional<std::uint64_t>& value) {
  return value ? show_number(*value) : "";
}
std::string show_option(const std::string& value) { return value; }
std::string show_option(const ByteSize& value) { return show_number(value.bytes); }
std::string show_option(const Duration& value) { return show_number(value.seconds); }

}  // namespace amt
