// Bounds-checked reading from a part of a file.
#pragma once

#include <cstddef>
#include <cstdint>

namespace amt {

using Byte = std::uint8_t;

/// Throws MidiError: "REASON at byte OFFSET".
[[noreturn]] void reject(const char* reason, std::size_t offset);

/// The bytes of a file or of one of its tracks, with the offsets for messages.
struct ByteRange {
  const Byte* file;   ///< start of the file; offsets count from here
  const Byte* begin;  ///< first byte of the part
  const Byte* end;    ///< one past the last byte of the part
  std::size_t offset(const Byte* at) const { return at - file; }
};

/// Returns the byte at `at` and advances `at`. Throws MidiError at the end of the range.
inline Byte take_byte(const ByteRange& range, const Byte*& at) {
  if (at == range.end) [[unlikely]] {
    reject("an event runs past the end of its track", range.offset(at));
  }
  return *at++;
}

/// Reads a variable-length quantity of any length, seven bits per byte; values of 2^32 or more give
/// 2^32.
inline std::uint64_t take_quantity(const ByteRange& range, const Byte*& at) {
  constexpr std::uint64_t kLimit = std::uint64_t{1} << 32;
  Byte byte = take_byte(range, at);
  std::uint64_t value = byte & 0x7F;
  while (byte >= 0x80) {
    byte = take_byte(range, at);
    value = value << 7 | (byte & 0x7F);
    if (value > kLimit) [[unlikely]]
      value = kLimit;
  }
  return value;
}

}  // namespace amt
