// What a call that is to be refused says. Tests look at the kind of the error and at the names that
// it must have, file, option, rank or number: its words may change.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

#include "amt/base/error.hpp"

namespace amt::test {

/// The text of the E that `work` throws, "" if it throws nothing. Other exceptions pass.
template <class E>
std::string refusal(const std::function<void()>& work) {
  try {
    work();
  } catch (const E& error) {
    return error.what();
  }
  return "";
}

/// Whether `text` is one line, and each of `names` is in it.
inline testing::AssertionResult says(std::string_view text,
                                     std::initializer_list<std::string_view> names) {
  if (text.empty()) return testing::AssertionFailure() << "nothing is said";
  if (text.find('\n') != std::string_view::npos) {
    return testing::AssertionFailure() << "more than one line: " << text;
  }
  for (const std::string_view name : names) {
    if (text.find(name) == std::string_view::npos) {
      return testing::AssertionFailure() << "no '" << name << "' in: " << text;
    }
  }
  return testing::AssertionSuccess() << text;
}

/// Whether `work` throws an E that says all of `names` in one line. Other exceptions pass.
template <class E>
testing::AssertionResult refuses(const std::function<void()>& work,
                                 std::initializer_list<std::string_view> names) {
  return says(refusal<E>(work), names);
}

/// Whether `work` throws an E that ends the program with this code and says all of `names`.
template <class E = Error>
testing::AssertionResult exits_with(ExitCode code, const std::function<void()>& work,
                                    std::initializer_list<std::string_view> names) {
  try {
    work();
  } catch (const E& error) {
    if (error.code() == code) return says(error.what(), names);
    return testing::AssertionFailure() << "code " << int(error.code()) << ": " << error.what();
  }
  return testing::AssertionFailure() << "nothing fails";
}

/// Whether `work` throws a SystemError of this errno that says all of `names`.
inline testing::AssertionResult fails_with(int number, const std::function<void()>& work,
                                           std::initializer_list<std::string_view> names) {
  try {
    work();
  } catch (const SystemError& error) {
    if (error.number() == number) return says(error.what(), names);
    return testing::AssertionFailure() << "errno " << error.number() << ": " << error.what();
  }
  return testing::AssertionFailure() << "nothing fails";
}

}  // namespace amt::test
