// Dropout masks as a pure function: Philox4x32-10 of (seed, step, layer, site, row, position,
// channel) decides which elements a mask keeps. Therefore the masks do not depend on the
// micro-batch size or the number of ranks, and the backward pass recomputes them instead of storing
// them. Restricted to C++17; constexpr, so that CUDA code may call it with
// --expt-relaxed-constexpr.
//
// One Philox block gives the masks of 8 adjacent channels, 16 bits each:
//
//     key        = seed
//     counter[0] = position * ceil(width / 8) + channel / 8
//     counter[1] = row within the global batch
//     counter[2] = step (its low 32 bits)
//     counter[3] = 1 << 28 | site << 24 | layer
//     word       = block[channel % 8 / 2], its low half for even channels, the high half for odd
//
// A channel is kept if its 16 bits are at least `threshold` = round(rate * 65536), and is then
// multiplied by 65536 / (65536 - threshold): the exact inverse of the probability of being kept.
#pragma once

#include <cstdint>

#include "amt/random/philox.hpp"

namespace amt {

enum class DropoutSite : std::uint32_t { kEmbedding = 0, kAttention = 1, kMlp = 2 };

/// The dropout of one call with n = rows * seq_len positions. A rate of 0 keeps everything.
struct Dropout {
  double rate = 0;  ///< in [0, 1)
  std::uint64_t seed = 0;
  std::uint64_t step = 0;
  std::uint64_t first_row = 0;  ///< global-batch index of the row that contains position 0
  std::int64_t seq_len = 1;
  std::uint32_t layer = 0;
  DropoutSite site = DropoutSite::kEmbedding;
};

/// Returns a value of at most 65535, so that the scale stays finite.
constexpr std::uint32_t dropout_threshold(double rate) {
  const double rounded = rate * 65536.0 + 0.5;
  return rounded >= 65535.0 ? 65535u : static_cast<std::uint32_t>(rounded);
}

constexpr float dropout_scale(std::uint32_t threshold) {
  return 65536.0f / static_cast<float>(65536u - threshold);
}

constexpr std::int64_t dropout_blocks(std::int64_t width) { return (width + 7) / 8; }

/// Returns the counter of the first block of position `i` (0 to n - 1 of the call); incrementing
/// counter[0] gives the next blocks of that position.
constexpr PhiloxCounter dropout_counter(const Dropout& d, std::int64_t i, std::int64_t width) {
  const std::int64_t row = i / d.seq_len, position = i % d.seq_len;
  return {low_word(position * dropout_blocks(width)), low_word(d.first_row + row), low_word(d.step),
          1u << 28 | static_cast<std::uint32_t>(d.site) << 24 | d.layer};
}

/// Returns the 16 bits of `channel`; `block` is Philox block number channel / 8 of the position.
constexpr std::uint32_t dropout_bits(const PhiloxBlock& block, std::int64_t channel) {
  const std::uint32_t word = block[channel % 8 / 2];
  return channel % 2 == 0 ? word & 0xFFFFu : word >> 16;
}

/// Returns the factor of one element: 0 or the scale. This is the specification; faster versions
/// compute whole rows.
constexpr float dropout_factor(const Dropout& d, std::int64_t i, std::int64_t channel,
                               std::int64_t width) {
  const std::uint32_t threshold = dropout_threshold(d.rate);
  if (threshold == 0) return 1.0f;
  PhiloxCounter counter = dropout_counter(d, i, width);
  counter[0] += low_word(channel / 8);
  const PhiloxBlock block = philox4x32_10(counter, philox_key(d.seed));
  return dropout_bits(block, channel) >= threshold ? dropout_scale(threshold) : 0.0f;
}

}  // namespace amt
