// Builds MIDI files for tests, byte by byte.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>

namespace amt::test {

inline std::string raw(std::initializer_list<int> values) {
  std::string out;
  for (const int value : values) out += static_cast<char>(value);
  return out;
}

inline std::string big_endian(std::uint32_t value, int bytes) {
  std::string out;
  for (int i = bytes; i-- > 0;) out += static_cast<char>(value >> (8 * i) & 0xFF);
  return out;
}

/// Returns 2^exponent + addend as a variable-length quantity, for addend < 2^7 and exponent >= 7.
inline std::string power_of_two(int exponent, int addend = 0) {
  const int groups = exponent / 7 + 1;
  std::string out;
  for (int group = groups; group-- > 0;) {
    int bits = group == exponent / 7 ? 1 << exponent % 7 : 0;
    if (group == 0) bits |= addend;
    out += static_cast<char>(bits | (group > 0 ? 0x80 : 0));
  }
  return out;
}

inline std::string track(const std::string& events) {
  return "MTrk" + big_endian(static_cast<std::uint32_t>(events.size()), 4) + events;
}

inline std::string header(int tracks, int division, int format = 1) {
  return "MThd" + big_endian(6, 4) + big_endian(static_cast<std::uint32_t>(format), 2) +
         big_endian(static_cast<std::uint32_t>(tracks), 2) +
         big_endian(static_cast<std::uint32_t>(division), 2);
}

inline std::string note_on(const std::string& delta, int pitch, int velocity = 64) {
  return delta + raw({0x90, pitch, velocity});
}

}  // namespace amt::test
