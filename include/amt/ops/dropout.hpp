// Dropout masks as a pure function: which elements a mask keeps follows from (seed, step, layer,
// site, row, position, channel) by Philox4x32-10, so masks are the same for any micro-batch size
// and number of ranks, and are computed again in the backward pass instead of stored. C++17, and
// constexpr: CUDA code may call it under --expt-relaxed-constexpr.
//
// One Philox block makes the masks of 8 neighbouring channels, 16 bits each:
//
//     key        = seed
//     counter[0] = position * ceil(width / 8) + channel / 8
//     counter[1] = row within the global batch
//     counter[2] = step (its low 32 bits)
//     counter[3] = 1 << 28 | site << 24 | layer
//     word       = block[channel % 8 / 2], its low half for even channels, its high half for odd
//     ones
//
// A channel is kept if its 16 bits are at least `threshold` = round(rate * 65536), and is then
// multiplied by 65536 / (65536 - threshold): the exact inverse of the probability of being kept.
#pragma once

#include <cstdint>

#include "amt/random/philox.hpp"

namespace amt {

enum class DropoutSite : std::uint32_t { kEmbedding = 0, kAttention = 1, kMlp = 2 };

/// The dropout of one call on n = rows * seq_len positions. A rate of 0 keeps everything.
struct Dropout {
  double rate = 0;  ///< in [0, 1)
  std::uint64_t seed = 0;
  std::uint64_t step = 0;
  std::uint64_t first_row = 0;  ///< index within the global batch of the row of position 0
  std::int64_t seq_len = 1;
  std::uint32_t layer = 0;
  DropoutSite site = DropoutSite::kEmbedding;
};

/// At most 65535, so that the scale stays finite.
constexpr std::uint32_t dropout_threshold(double rate) {
  const double rounded = rate * 65536.0 + 0.5;
  return rounded >= 65535.0 ? 65535u : static_cast<std::uint32_t>(rounded);
}

constexpr float dropout_scale(std::uint32_t threshold) {
  return 65536.0f / static_cast<float>(65536u - threshold);
}

constexpr std::int64_t dropout_blocks(std::int64_t width) { return (width + 7) / 8; }

/// The counter of the first block of position `i` (of the call's n); the next blocks of that
/// position follow by counting counter[0] up.
constexpr PhiloxCounter dropout_counter(const Dropout& d, std::int64_t i, std::int64_t width) {
  const std::int64_t row = i / d.seq_len, position = i % d.seq_len;
  return {low_word(position * dropout_blocks(width)), low_word(d.first_row + row), low_word(d.step),
          1u << 28 | static_cast<std::uint32_t>(d.site) << 24 | d.layer};
}

/// The 16 bits of `channel`, of which `block` is the Philox block number channel / 8.
constexpr std::uint32_t dropout_bits(const PhiloxBlock& block, std::int64_t channel) {
  const std::uint32_t word = block[channel % 8 / 2];
  return channel % 2 == 0 ? word & 0xFFFFu : word >> 16;
}

/// What one element is multiplied by: 0 or the scale. The specification; fast versions make whole
/// rows.
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
