// An option whose value the program chooses if the user writes "auto".
#pragma once

#include <string>

#include "amt/base/option_value.hpp"

namespace amt {

/// A number, or "auto": `value` is then 0 until the program chooses it.
template <class T>
struct OrAuto {
  T value{};
  bool automatic = false;

  static constexpr OrAuto open() {
    OrAuto wish(T{});
    wish.automatic = true;
    return wish;
  }
  constexpr OrAuto(T number) : value(number) {}   // NOLINT: meant to convert implicitly
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
