#include "amt/base/options.hpp"

#include <charconv>
#include <cmath>
#include <limits>
#include <string_view>
#include <type_traits>

#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"

namespace amt {
namespace {

/// The whole text as a number; false if anything is left over or out of range.
template <class T>
bool read_number(std::string_view text, T* value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *value);
  return error == std::errc() && end == text.data() + text.size();
}

/// A non-negative number followed by one of the unit names.
bool read_quantity(std::string_view text, std::span<const std::pair<const char*, double>> units,
                   double* value) {
  const std::size_t split = text.find_first_not_of("0123456789.");
  const std::string_view number = text.substr(0, split);
  const std::string_view unit = split == text.npos ? "" : text.substr(split);
  for (const auto& [name, factor] : units) {
    if (unit != name) continue;
    double count = 0;
    if (!read_number(number, &count)) return false;
    *value = count * factor;
    return *value <= static_cast<double>(std::numeric_limits<std::int64_t>::max());
  }
  return false;
}

bool parse(const std::string& text, bool* value) {
  if (text == "true" || text == "yes" || text == "on" || text == "1") return *value = true, true;
  if (text == "false" || text == "no" || text == "off" || text == "0") return *value = false, true;
  return false;
}

template <class T>
requires std::is_arithmetic_v<T>
bool parse(const std::string& text, T* value) {
  T parsed{};
  if (!read_number(text, &parsed)) return false;
  if constexpr (std::is_floating_point_v<T>) {
    if (!std::isfinite(parsed)) return false;
  }
  *value = parsed;
  return true;
}

bool parse(const std::string& text, std::string* value) {
  *value = text;
  return true;
}

bool parse(const std::string& text, ByteSize* value) {
  constexpr double ki = 1024, mi = ki * 1024, gi = mi * 1024, ti = gi * 1024;
  static constexpr std::pair<const char*, double> units[] = {
      {"", 1},     {"B", 1},  {"K", ki},  {"KB", ki},  {"KiB", ki}, {"M", mi},  {"MB", mi},
      {"MiB", mi}, {"G", gi}, {"GB", gi}, {"GiB", gi}, {"T", ti},   {"TB", ti}, {"TiB", ti}};
  double bytes = 0;
  if (!read_quantity(text, units, &bytes)) return false;
  value->bytes = static_cast<std::uint64_t>(bytes);
  return true;
}

bool parse(const std::string& text, Duration* value) {
  static constexpr std::pair<const char*, double> units[] = {
      {"", 1}, {"s", 1}, {"m", 60}, {"min", 60}, {"h", 3600}, {"d", 86400}};
  return read_quantity(text, units, &value->seconds);
}

std::string show(bool value) { return value ? "true" : "false"; }
std::string show(const std::string& value) { return value; }
std::string show(const ByteSize& value) { return std::to_string(value.bytes); }

template <class T>
requires std::is_arithmetic_v<T> std::string show(T value) {
  char text[64];
  const auto [end, error] = std::to_chars(text, text + sizeof(text), value);  // shortest exact
  return std::string(text, end);
}

std::string show(const Duration& value) { return show(value.seconds); }

template <class T>
constexpr const char* kind() {
  if constexpr (std::is_same_v<T, bool>)
    return "true or false";
  else if constexpr (std::is_integral_v<T>)
    return "a whole number";
  else if constexpr (std::is_floating_point_v<T>)
    return "a number";
  else if constexpr (std::is_same_v<T, ByteSize>)
    return "a size such as 256MB or 4GB";
  else if constexpr (std::is_same_v<T, Duration>)
    return "a time such as 90s, 30m or 2h";
  else
    return "text";
}

}  // namespace

template <class T>
void OptionTable::bind(const std::string& name, T* value, const std::string& help, bool is_flag) {
  const auto set = [name, value](const std::string& text) {
    if (!parse(text, value)) {
      throw UsageError(str_cat("--", name, ": '", text, "' is not ", kind<T>()));
    }
  };
  options_.push_back({name, help, is_flag, set, [value] { return show(*value); }});
}

void OptionTable::add(const std::string& name, bool* value, const std::string& help) {
  bind(name, value, help, false);
}
void OptionTable::add(const std::string& name, int* value, const std::string& help) {
  bind(name, value, help, false);
}
void OptionTable::add(const std::string& name, std::int64_t* value, const std::string& help) {
  bind(name, value, help, false);
}
void OptionTable::add(const std::string& name, std::uint64_t* value, const std::string& help) {
  bind(name, value, help, false);
}
void OptionTable::add(const std::string& name, double* value, const std::string& help) {
  bind(name, value, help, false);
}
void OptionTable::add(const std::string& name, std::string* value, const std::string& help) {
  bind(name, value, help, false);
}
void OptionTable::add(const std::string& name, ByteSize* value, const std::string& help) {
  bind(name, value, help, false);
}
void OptionTable::add(const std::string& name, Duration* value, const std::string& help) {
  bind(name, value, help, false);
}
void OptionTable::add_flag(const std::string& name, bool* value, const std::string& help) {
  bind(name, value, help, true);
}

void OptionTable::set(const std::string& name, const std::string& text) {
  std::vector<std::string> names;
  for (const Option& option : options_) {
    if (option.name == name) {
      option.set(text);
      given_.insert(name);
      return;
    }
    names.push_back(option.name);
  }
  const std::string close = nearest(name, names);
  throw UsageError(str_cat("unknown option '", name, "'",
                           close.empty() ? "" : str_cat("; did you mean '", close, "'?")));
}

std::string OptionTable::to_ini() const {
  std::string text, section;  // options without a section come first
  for (const Option& option : options_) {
    const std::size_t dot = option.name.find('.');
    const std::string its = dot == std::string::npos ? "" : option.name.substr(0, dot);
    if (its != section) {
      text += str_cat(text.empty() ? "" : "\n", "[", its, "]\n");
      section = its;
    }
    text += str_cat(option.name.substr(dot == std::string::npos ? 0 : dot + 1), " = ", option.get(),
                    "\n");
  }
  return text;
}

}  // namespace amt
