#include "amt/random/mersenne_twister.hpp"

namespace amt {
namespace {

constexpr std::size_t kMiddle = 397;

/// Combines the upper bit of one word with the lower bits of the next and applies the twist matrix.
inline std::uint32_t twist(std::uint32_t upper, std::uint32_t lower) {
  const std::uint32_t y = (upper & 0x80000000u) | (lower & 0x7fffffffu);
  return (y >> 1) ^ ((0u - (y & 1u)) & 0x9908b0dfu);  // branch-free
}

inline std::uint32_t temper(std::uint32_t y) {
  y ^= y >> 11;
  y ^= (y << 7) & 0x9d2c5680u;
  y ^= (y << 15) & 0xefc60000u;
  return y ^ (y >> 18);
}

}  // namespace

MersenneTwister::MersenneTwister(std::uint32_t seed) {
  state_[0] = seed;
  for (std::uint32_t i = 1; i < kWords; ++i) {
    state_[i] = 1812433253u * (state_[i - 1] ^ (state_[i - 1] >> 30)) + i;
  }
}

void MersenneTwister::refill() {
  // There are three loops, so that no loop reads what one of its own recent iterations has written.
  constexpr std::size_t kHead = kWords - kMiddle;
  for (std::size_t i = 0; i < kHead; ++i) {
    state_[i] = state_[i + kMiddle] ^ twist(state_[i], state_[i + 1]);
  }
  for (std::size_t i = kHead; i < kWords - 1; ++i) {
    state_[i] = state_[i - kHead] ^ twist(state_[i], state_[i + 1]);
  }
  state_[kWords - 1] = state_[kMiddle - 1] ^ twist(state_[kWords - 1], state_[0]);
  for (std::size_t i = 0; i < kWords; ++i) words_[i] = temper(state_[i]);
  next_ = 0;
}

}  // namespace amt
