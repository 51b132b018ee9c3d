// The types that an option may have. To add a type, declare parse_option, show_option and, if it
// has few values, option_words beside it; an enum gets them from its kWords.
#pragma once

#include <fmt/core.h>

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>

#include "amt/base/words.hpp"

namespace amt {

/// A number of bytes, written "4096", "256MB", "1.5GiB" (MB and MiB are both 2^20).
struct ByteSize {
  std::uint64_t bytes = 0;
};

/// A length of time in seconds, written "90", "90s", "30m", "1.5h".
struct Duration {
  double seconds = 0;
};

/// Parses all of `text` into `value` and returns "". If that fails, leaves `value` unchanged and
/// returns the problem, phrased to follow the text in a message: "is not a whole number".
std::string parse_option(const std::string& text, bool* value);
std::string parse_option(const std::string& text, int* value);
std::string parse_option(const std::string& text, std::int64_t* value);
std::string parse_option(const std::string& text, std::uint64_t* value);
std::string parse_option(const std::string& text, std::optional<std::uint64_t>* value);
std::string parse_option(const std::string& text, double* value);
std::string parse_option(const std::string& text, std::string* value);
std::string parse_option(const std::string& text, ByteSize* value);
std::string parse_option(const std::string& text, Duration* value);

/// Formats a value so that parse_option can read it back.
std::string show_option(std::same_as<bool> auto value) { return value ? "true" : "false"; }
std::string show_option(int value);
std::string show_option(std::int64_t value);
std::string show_option(std::uint64_t value);
std::string show_option(const std::optional<std::uint64_t>& value);
std::string show_option(double value);
std::string show_option(const std::string& value);
std::string show_option(const ByteSize& value);
std::string show_option(const Duration& value);

template <HasWords E>
std::string parse_option(const std::string& text, E* value) {
  const std::optional<E> found = value_of<E>(text);
  if (!found) return fmt::format("is not known; use {}", list_of_words<E>());
  *value = *found;
  return "";
}

template <HasWords E>
std::string show_option(E value) {
  return word_of(value);
}

/// Returns the possible values for the help text, "cosine, linear or constant", or "" if they
/// cannot be listed.
template <class T>
std::string option_words(const T&) {
  if constexpr (HasWords<T>) return list_of_words<T>();
  return "";
}

}  // namespace amt
