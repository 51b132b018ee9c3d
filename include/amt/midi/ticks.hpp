// Converts seconds to ticks of 10 ms with the reference's rounding (docs/spec/preprocessing.md
// 4.7).
#pragma once

#include <limits>

#include "amt/midi/midi_error.hpp"

namespace amt {

/// Rounds x >= 0 to the nearest integer, ties to even. Adding 2^52 leaves no bits for a fraction,
/// and larger doubles have none.
inline double round_half_even(double x) {
  constexpr double kNoFraction = 0x1p52;
  return x < kNoFraction ? (x + kNoFraction) - kNoFraction : x;
}

/// Returns false for infinite ticks, which make the reference fail.
inline bool is_finite_ticks(double ticks) { return ticks <= std::numeric_limits<double>::max(); }

[[noreturn]] inline void reject_time() {
  throw MidiError("a time in seconds is too large for a double");
}

/// Converts `seconds` >= 0 to rounded ticks. Throws MidiError if they are infinite.
inline double seconds_to_ticks(double seconds) {
  const double ticks = 100 * seconds;
  if (!is_finite_ticks(ticks)) [[unlikely]]
    reject_time();
  return round_half_even(ticks);
}

}  // namespace amt
