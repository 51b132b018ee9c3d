// Invented pieces of music as MIDI files, for benchmarks. They look like the output of programs of
// the 1990s and need not sound pleasant: drums, a bass line, chords and melodies over a repeated
// chord progression.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>

namespace amt::bench {

/// A random number generator with the same output for every standard library.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : words_(seed) {}
  /// Uniform in [low, high].
  int between(int low, int high) {
    return low + static_cast<int>(words_() % static_cast<std::uint64_t>(high - low + 1));
  }
  bool chance(int percent) { return between(1, 100) <= percent; }
  /// Roughly normal with mean 0 and deviation 1.
  double bell();

 private:
  std::mt19937_64 words_;
};

/// Returns a format 1 file of about `bytes` bytes: 2 to 14 tracks with their own tempo, key,
/// resolution and habits (running status, note-offs, controllers, swing). Depends only on `dice`.
std::string make_song(Dice& dice, std::size_t bytes);

}  // namespace amt::bench
