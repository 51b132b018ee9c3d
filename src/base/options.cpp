#include "amt/base/options.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <limits>
#include <string_view>
#include <type_traits>

#include "amt/base/error.hpp"
#include "amt/base/ini.hpp"
#include "amt/base/strings.hpp"
#include "edit_distance.hpp"

namespace amt {
namespace {

// Each parse() returns what is wrong with the text, "" if nothing is; `value` is then set.

template <class T>
std::string range() {
  return str_cat("from ", std::numeric_limits<T>::min(), " to ", std::numeric_limits<T>::max());
}

template <class T>
constexpr const char* kNumber = std::is_integral_v<T> ? "a whole number" : "a number";

/// The whole text as a number.
template <class T>
std::string read_number(std::string_view text, T* value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *value);
  const bool whole = end == text.data() + text.size();
  if (whole && error == std::errc::result_out_of_range) {
    if constexpr (std::is_integral_v<T>) return str_cat("is out of range: give ", range<T>());
    return "is out of range";
  }
  return whole && error == std::errc() ? "" : str_cat("is not ", kNumber<T>);
}

using Units = std::span<const std::pair<const char*, double>>;

/// A number that is not negative, followed by one of the units' names. `kind` is for messages.
std::string read_quantity(std::string_view text, Units units, const char* kind, double* value) {
  const std::size_t split = text.find_first_not_of("0123456789.");
  const std::string_view number = text.substr(0, split);
  const std::string_view unit = split == text.npos ? "" : text.substr(split);
  if (text.starts_with('-')) return str_cat("is negative: give ", kind);
  for (const auto& [name, factor] : units) {
    double count = 0;
    if (unit != name || !read_number(number, &count).empty()) continue;
    *value = count * factor;
    const bool fits = *value <= static_cast<double>(std::numeric_limits<std::int64_t>::max());
    return fits ? "" : "is too large";
  }
  return str_cat("is not ", kind);
}

std::string parse(const std::string& text, bool* value) {
  for (const auto& [yes, no] :
       {std::pair("true", "false"), {"yes", "no"}, {"on", "off"}, {"1", "0"}}) {
    if (text == yes || text == no) return *value = text == yes, "";
  }
  return "is not true or false";
}

template <class T>
requires std::is_arithmetic_v<T> std::string parse(const std::string& text, T* value) {
  const bool negative = text.size() > 1 && text[0] == '-';
  if (std::is_unsigned_v<T> && negative && text.find_first_not_of("0123456789", 1) == text.npos) {
    return "is negative: give a whole number of 0 or more";
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

std::string parse(const std::string& text, std::optional<std::uint64_t>* value) {
  std::uint64_t parsed = 0;
  const std::string problem = parse(text, &parsed);
  if (problem.empty()) *value = parsed;
  return problem;
}

std::string parse(const std::string& text, std::string* value) {
  *value = text;
  return "";
}

std::string parse(const std::string& text, ByteSize* value) {
  constexpr double ki = 1024, mi = ki * 1024, gi = mi * 1024, ti = gi * 1024;
  static constexpr std::pair<const char*, double> units[] = {
      {"", 1},     {"B", 1},  {"K", ki},  {"KB", ki},  {"KiB", ki}, {"M", mi},  {"MB", mi},
      {"MiB", mi}, {"G", gi}, {"GB", gi}, {"GiB", gi}, {"T", ti},   {"TB", ti}, {"TiB", ti}};
  double bytes = 0;
  const std::string problem = read_quantity(text, units, "a size such as 256MB or 4GB", &bytes);
  if (problem.empty()) value->bytes = static_cast<std::uint64_t>(bytes);
  return problem;
}

std::string parse(const std::string& text, Duration* value) {
  static constexpr std::pair<const char*, double> units[] = {
      {"", 1}, {"s", 1}, {"m", 60}, {"min", 60}, {"h", 3600}, {"d", 86400}};
  return read_quantity(text, units, "a time such as 90s, 30m or 2h", &value->seconds);
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

std::string show(const std::optional<std::uint64_t>& value) { return value ? show(*value) : ""; }

/// "lr" of "trainer.lr".
std::string last_part(const std::string& name) { return name.substr(name.rfind('.') + 1); }

/// As the options are written: "--Learning-Rate" is "learning_rate".
std::string normalised(std::string word) {
  for (char& c : word)
    c = c == '-' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return word;
}

/// The closest of what it was offered.
class Closest {
 public:
  explicit Closest(const std::string& word) : word_(word), best_((word.size() + 1) / 3 + 1) {}
  void offer(const std::string& name, const std::string& option) {
    const std::size_t distance = edit_distance(word_, normalised(name));
    if (distance >= best_) return;
    best_ = distance;
    option_ = option;
  }
  std::size_t distance() const { return best_; }
  const std::string& option() const { return option_; }

 private:
  std::string word_;
  std::size_t best_;  // above it nothing is close
  std::string option_;
};

}  // namespace

template <class T>
void OptionTable::bind(const std::string& name, T* value, const std::string& help, bool is_flag) {
  const auto set = [name, value](const std::string& text) {
    const std::string problem = parse(text, value);
    if (!problem.empty()) throw UsageError(str_cat("--", name, ": '", text, "' ", problem));
  };
  options_.push_back({name, help, is_flag, set, [value] { return show(*value); }, "", {}});
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
void OptionTable::add(const std::string& name, std::optional<std::uint64_t>* value,
                      const std::string& help) {
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

void OptionTable::add_short(const std::string& name, const std::string& target) {
  const Option& option = *find(target);
  options_.push_back({name,
                      str_cat("the same as --", target),
                      option.is_flag,
                      option.set,
                      option.get,
                      target,
                      {}});
}

void OptionTable::add_customary(const std::string& name, std::initializer_list<const char*> names) {
  for (Option& option : options_) {
    if (option.name == name) option.customary.assign(names.begin(), names.end());
  }
}

const Option* OptionTable::find(const std::string& name) const {
  const auto found = std::ranges::find(options_, name, &Option::name);
  return found == options_.end() ? nullptr : &*found;
}

std::string OptionTable::full_name(const std::string& name) const {
  const Option* option = find(name);
  return option == nullptr || option->same_as.empty() ? name : option->same_as;
}

std::string OptionTable::closest(const std::string& word) const {
  const std::string all = normalised(word);
  Closest whole(all), part(last_part(all));
  for (const Option& option : options_) {
    whole.offer(option.name, option.name);
    part.offer(last_part(option.name), option.name);
    for (const std::string& name : option.customary) part.offer(name, option.name);
  }
  const bool by_part = !part.option().empty() && part.distance() <= whole.distance();
  return by_part ? part.option() : whole.option();
}

void OptionTable::set(const std::string& name, const std::string& text) {
  if (const Option* option = find(name)) {
    option->set(text);
    given_.insert(full_name(name));
    return;
  }
  const std::string close = closest(name);
  throw UsageError(str_cat("unknown option '", name, "'",
                           close.empty() ? "" : str_cat("; did you mean '", close, "'?")));
}

std::string OptionTable::to_ini() const {
  std::string text, section;  // options without a section come first
  for (const Option& option : options_) {
    if (!option.same_as.empty()) continue;
    const std::size_t dot = option.name.find('.');
    const std::string its = dot == std::string::npos ? "" : option.name.substr(0, dot);
    if (its != section) {
      text += str_cat(text.empty() ? "" : "\n", "[", its, "]\n");
      section = its;
    }
    text += str_cat(option.name.substr(dot == std::string::npos ? 0 : dot + 1), " = ",
                    ini_value(option.get()), "\n");
  }
  return text;
}

}  // namespace amt
