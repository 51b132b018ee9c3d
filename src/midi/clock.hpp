// Converts ticks to seconds in the reference's order of additions (docs/spec/preprocessing.md 4.3
// to 4.5).
#pragma once

#include <cstdint>

#include "amt/midi/midi_error.hpp"

namespace amt {

/// Floating-point addition is not associative, so the sums depend on every earlier message with
/// ticks, even those without any other effect. Build with -ffp-contract=off.
class Clock {
 public:
  /// `division` is the header's value, ticks per beat; it may be negative or 0 in malformed files.
  explicit Clock(int division) : division_(division) { set_tempo(500'000); }

  void set_tempo(std::uint32_t microseconds_per_beat) {
    // A negative scale makes advance() reject the file as soon as time passes. Division by zero
    // must do the same, but for every tempo.
    scale_ = division_ == 0 ? -1.0 : microseconds_per_beat * 1e-6 / division_;
  }

  /// Advances by `ticks` >= 0, exactly converted to double, since the previous message. Zero needs
  /// no special case: it adds nothing, and its product with a negative scale is -0.0, which is not
  /// negative.
  void advance(double ticks) {
    const double seconds = ticks * scale_;
    if (seconds < 0) [[unlikely]] {
      throw MidiError("time passes, but the header's division is not positive");
    }
    time_ += seconds;
    wait_ += seconds;
  }

  double time() const { return time_; }  ///< seconds since the start
  double wait() const { return wait_; }  ///< seconds since restart_wait()
  void restart_wait(bool restart) { wait_ = restart ? 0.0 : wait_; }

 private:
  int division_;
  double scale_;  ///< seconds per tick
  double time_ = 0;
  double wait_ = 0;
};

}  // namespace amt
