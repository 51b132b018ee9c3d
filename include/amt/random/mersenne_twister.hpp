// MT19937 (Matsumoto and Nishimura, "Mersenne Twister", ACM TOMACS 8, 1998).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace amt {

/// Generates the same words as std::mt19937(seed), several times faster: libstdc++ keeps its 32-bit
/// state in 64-bit words and tempers one at a time, while this generates 624 words in loops that
/// vectorise. Local.
class MersenneTwister {
 public:
  explicit MersenneTwister(std::uint32_t seed);

  std::uint32_t operator()() {
    if (next_ == kWords) refill();
    return words_[next_++];
  }

 private:
  static constexpr std::size_t kWords = 624;
  void refill();

  std::array<std::uint32_t, kWords> state_;
  std::array<std::uint32_t, kWords> words_;  // tempered
  std::size_t next_ = kWords;
};

}  // namespace amt
