// Synthetic MIDI files for benchmarks: drums, a bass line, chords and melodies over a repeated
// chord progression. They resemble files written by sequencers of the 1990s and need not sound
// pleasant.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>

namespace amt::bench {

/// A random number generator whose output does not depend on the standard library.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : words_(seed) {}
  /// Returns a uniformly distributed integer in [low, high].
  int between(int low, int high) {
    return low + static_cast<int>(words_() % static_cast<std::uint64_t>(high - low + 1));
  }
  bool chance(int percent) { return between(1, 100) <= percent; }
  /// Returns a roughly normal number with mean 0 and standard deviation 1.
  double bell();

 private:
  std::mt19937_64 words_;
};

/// Returns a format 1 file of about `bytes` bytes: 2 to 14 tracks with their own tempo, key,
/// resolution and habits (running status, note-offs, controllers, swing). Depends only on `dice`.
std::string make_song(Dice& dice, std::size_t bytes);

}  // namespace amt::bench
