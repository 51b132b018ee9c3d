// An option whose value the program chooses where the user writes "auto".
#pragma once

#include <string>

#include "amt/base/option_value.hpp"

namespace amt {

/// A number, or the wish that one be chosen: then `value` is 0 until somebody has set it.
template <class T>
struct OrAuto {
  T value{};
  bool automatic = false;

  static constexpr OrAuto open() {
    OrAuto wish(T{});
    wish.automatic = true;
    return wish;
  }
  constexpr OrAuto(T number) : value(number) {}   // NOLINT: used as the number that it is
  constexpr operator T() const { return value; }  // NOLINT
};

template <class T>
std::string parse_option(const std::string& text, OrAuto<T>* value) {
  if (text == "auto") {
    *value = OrAuto<T>::open();
    return "";
  }
  T number{};
  const std::string problem = parse_option(text, &number);
  if (!problem.empty()) return problem + ", nor auto";
  *value = number;
  return "";
}

template <class T>
std::string show_option(const OrAuto<T>& value) {
  return value.automatic ? "auto" : show_option(value.value);
}

}  // namespace amt
