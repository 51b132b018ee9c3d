// Ticks to seconds, in the reference's order of additions (docs/spec/preprocessing.md 4.3 to 4.5).
#pragma once

#include <cstdint>

#include "amt/midi/midi_error.hpp"

namespace amt {

/// The sums depend on every message with ticks before it, also on those that do nothing else:
/// floating-point addition is not associative. Build with -ffp-contract=off.
class Clock {
 public:
  /// `division` as the file's header has it: ticks per beat; negative or 0 in odd files.
  explicit Clock(int division) : division_(division) { set_tempo(500'000); }

  void set_tempo(std::uint32_t microseconds_per_beat) {
    // The sign is tested with each message. Division by zero must be rejected just when time would
    // pass, as a negative scale is, except that no tempo makes it right.
    scale_ = division_ == 0 ? -1.0 : microseconds_per_beat * 1e-6 / division_;
  }

  /// `ticks` >= 0 since the message before, exactly converted. Zero needs no special case: it adds
  /// nothing, and its product with a negative scale is -0.0, not negative.
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
