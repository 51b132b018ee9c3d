// Checks the errors of calls that must be refused. Tests check only the type of the error and the
// names that it must contain (file, option, rank, number), so the wording can change.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

#include "amt/base/error.hpp"

namespace amt::test {

/// Returns the message of the E that `work` throws, or "" if it throws nothing. Other exceptions
/// propagate.
template <class E>
std::string refusal(const std::function<void()>& work) {
  try {
    work();
  } catch (const E& error) {
    return error.what();
  }
  return "";
}

/// Returns whether `text` is one line that contains each of `names`.
inline testing::AssertionResult says(std::string_view text,
                                     std::initializer_list<std::string_view> names) {
  if (text.empty()) return testing::AssertionFailure() << "the message is empty";
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

/// Returns whether `work` throws an E whose one-line message contains all of `names`. Other
/// exceptions propagate.
template <class E>
testing::AssertionResult refuses(const std::function<void()>& work,
                                 std::initializer_list<std::string_view> names) {
  return says(refusal<E>(work), names);
}

/// Returns whether `work` throws an E with this exit code whose message contains all of `names`.
template <class E = Error>
testing::AssertionResult exits_with(ExitCode code, const std::function<void()>& work,
                                    std::initializer_list<std::string_view> names) {
  try {
    work();
  } catch (const E& error) {
    if (error.code() == code) return says(error.what(), names);
    return testing::AssertionFailure() << "code " << int(error.code()) << ": " << error.what();
  }
  return testing::AssertionFailure() << "nothing was thrown";
}

/// Returns whether `work` throws a SystemError with this errno whose message contains all of
/// `names`.
inline testing::AssertionResult fails_with(int number, const std::function<void()>& work,
                                           std::initializer_list<std::string_view> names) {
  try {
    work();
  } catch (const SystemError& error) {
    if (error.number() == number) return says(error.what(), names);
    return testing::AssertionFailure() << "errno " << error.number() << ": " << error.what();
  }
  return testing::AssertionFailure() << "nothing was thrown";
}

}  // namespace amt::test
