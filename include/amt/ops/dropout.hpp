// Dropout masks as a pure function: which elements are kept depends on (seed, step, layer, site,
// row, position, channel) through Philox4x32-10. Masks are therefore the same for every micro-batch
// size and number of ranks, and the backward pass recomputes them instead of storing them. C++17
// and constexpr: CUDA code may call it under --expt-relaxed-constexpr.
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
  std::uint64_t first_row = 0;  ///< index of the call's first row within the global batch
  std::int64_t seq_len = 1;
  std::uint32_t layer = 0;
  DropoutSite site = DropoutSite::kEmbedding;
};

/// At most 65535, so that the scale is finite.
constexpr std::uint32_t dropout_threshold(double rate) {
  const double rounded = rate * 65536.0 + 0.5;
  return rounded >= 65535.0 ? 65535u : static_cast<std::uint32_t>(rounded);
}

constexpr float dropout_scale(std::uint32_t threshold) {
  return 65536.0f / static_cast<float>(65536u - threshold);
}

constexpr std::int64_t dropout_blocks(std::int64_t width) { return (width + 7) / 8; }

/// The counter of the first block of position `i` (of the call's n). The following blocks of the
/// position have the next values of counter[0].
constexpr PhiloxCounter dropout_counter(const Dropout& d, std::int64_t i, std::int64_t width) {
  const std::int64_t row = i / d.seq_len, position = i % d.seq_len;
  return {low_word(position * dropout_blocks(width)), low_word(d.first_row + row), low_word(d.step),
          1u << 28 | static_cast<std::uint32_t>(d.site) << 24 | d.layer};
}

/// The 16 bits for `channel`; `block` must be Philox block number channel / 8.
constexpr std::uint32_t dropout_bits(const PhiloxBlock& block, std::int64_t channel) {
  const std::uint32_t word = block[channel % 8 / 2];
  return channel % 2 == 0 ? word & 0xFFFFu : word >> 16;
}

/// The factor of one element: 0 or the scale. This is the specification; fast versions compute
/// complete rows.
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
