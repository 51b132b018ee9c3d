// A note, with the fields of the reference's intermediate text.
#pragma once

#include <cstdint>

namespace amt {

/// Times are in ticks of 10 ms, rounded to the nearest, ties to even. They are stored as doubles
/// with integral values, because the times in absurd files exceed every integer type.
struct Note {
  double onset;             ///< >= 0, from the start of the piece
  double duration;          ///< >= 0, or kNeverEnded
  std::uint8_t pitch;       ///< 0..127
  std::uint8_t instrument;  ///< the program, 0..127; 128 for the drums
  std::uint8_t velocity;    ///< 1..127
};

inline constexpr double kNeverEnded = -1;

}  // namespace amt
