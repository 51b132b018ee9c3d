// Small text helpers: human-readable quantities, nearest known word.
#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace amt {

/// Returns the text with ASCII letters in lower case and everything else unchanged.
std::string lower_case(std::string_view text);

/// Formats a size with three significant digits: "1.5 GiB", "312 B".
std::string format_bytes(double bytes);
std::string format_bytes(std::integral auto bytes) {
  return format_bytes(static_cast<double>(bytes));
}

/// Formats a number with thousands separators: "4,302,117".
std::string format_count(std::uint64_t n);

/// Formats a number and a noun: "1 row", "4,302,117 rows".
std::string counted(std::uint64_t n, std::string_view noun);

/// Formats a length of time: "1 h 02 min", "3 min 20 s", "4.2 s".
std::string format_duration(double seconds);

/// Makes text from a file safe to quote in a message: replaces control characters with '?',
/// and truncates text longer than `most` bytes, ending it with "...".
std::string printable(std::string_view text, std::size_t most);

/// Returns the candidate most similar to `word`; "" if `word` is not a plausible misspelling of
/// any: at most a third of the longer word's characters may differ.
std::string nearest(std::string_view word, std::span<const std::string> candidates);

}  // namespace amt
