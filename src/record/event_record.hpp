// The records in TensorBoard's event files: docs/formats.md.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace amt {

inline constexpr std::string_view kEventFilePrefix = "events.out.tfevents.";
inline constexpr std::string_view kEventFileSuffix = ".amt";
inline constexpr const char* kValidationTag = "eval/loss";

/// A field's number and wire type in the encoding of protocol buffers.
enum EventTag : unsigned char {
  kEventWallTime = 1 << 3 | 1,
  kEventStep = 2 << 3 | 0,
  kEventFileVersion = 3 << 3 | 2,
  kEventSummary = 5 << 3 | 2,
  kEventSessionLog = 7 << 3 | 2,
  kSummaryValue = 1 << 3 | 2,
  kValueTag = 1 << 3 | 2,
  kValueSimple = 2 << 3 | 5,
  kSessionStatus = 1 << 3 | 0,
};

/// Returns the bytes of a fixed-size number.
template <class Number>
std::string little_endian(Number value) {
  static_assert(std::endian::native == std::endian::little);
  const auto bytes = std::bit_cast<std::array<char, sizeof(value)>>(value);
  return {bytes.begin(), bytes.end()};
}

/// Wraps an Event in a record with its length and checksums.
std::string event_record(const std::string& event);

/// Removes the first record from `rest` and returns its Event; nullopt if the record is incomplete
/// or its checksum is wrong.
std::optional<std::string_view> take_event(std::string_view& rest);

/// The step and the kind of an Event, which decide whether it is kept.
struct EventPlace {
  std::int64_t step = 0;
  bool scalars = false;     ///< false for a version or a start
  bool validation = false;  ///< scalars of a validation, not of a step
};

/// Returns nullopt if this program has not written the Event.
std::optional<EventPlace> place_of(std::string_view event);

}  // namespace amt
