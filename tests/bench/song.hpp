// Made-up pieces of music as MIDI files, for benchmarks: what programs of the 1990s wrote, not what
// is pleasant. Drums, a bass line, chords and melodies over a chord progression that repeats.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>

namespace amt::bench {

/// A source of draws that are the same with every standard library.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : words_(seed) {}
  /// Uniform in [low, high].
  int between(int low, int high) {
    return low + static_cast<int>(words_() % static_cast<std::uint64_t>(high - low + 1));
  }
  bool chance(int percent) { return between(1, 100) <= percent; }
  /// About normal, mean 0, deviation 1.
  double bell();

 private:
  std::mt19937_64 words_;
};

/// A format 1 file of about `bytes` bytes: 2 to 14 tracks, its own tempo, key, resolution and
/// habits (running status, note-offs, controllers, swing). A function of the dice alone.
std::string make_song(Dice& dice, std::size_t bytes);

}  // namespace amt::bench
