// Represents ticks beyond 32 bits exactly (docs/spec/preprocessing.md 4.6).
#pragma once

#include <array>
#include <compare>
#include <cstdint>

#include "byte_reader.hpp"

namespace amt {

/// An unsigned integer of 1088 bits. More are never needed: a file whose last tick is 2^1088 or
/// more has a step of at least 2^1024 between two messages, which no double can represent.
class WideTick {
 public:
  WideTick() = default;

  /// Reads the variable-length quantity at `at`. Throws MidiError if it has more than 1088 bits.
  static WideTick read(const ByteRange& range, const Byte* at);

  /// Throws MidiError if the sum has more than 1088 bits.
  WideTick& operator+=(const WideTick& other);
  /// `other` must not be larger.
  WideTick& operator-=(const WideTick& other);

  std::strong_ordering operator<=>(const WideTick& other) const;
  bool operator==(const WideTick& other) const = default;

  /// Returns the nearest double, ties to even. Throws MidiError if the number is too large for a
  /// double.
  double to_double() const;

 private:
  static constexpr std::size_t kWords = 17;

  void append_seven_bits(Byte bits);

  std::array<std::uint64_t, kWords> words_{};  ///< least significant first
};

}  // namespace amt
