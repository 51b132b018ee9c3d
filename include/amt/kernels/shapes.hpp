// How the work of a call is divided: blocks of threads, shares of partial sums, blocks of logits.
// All of it depends only on the shapes, not on the card, so that sums have the same order, and the
// same bits, on every card. Restricted to C++17.
#pragma once

#include <algorithm>
#include <cstdint>

#include "amt/ops/types.hpp"

namespace amt::cuda {

constexpr Dim divide_up(Dim a, Dim b) { return (a + b - 1) / b; }

/// Widths must be multiples of this: 8 activations are one access of 16 bytes.
constexpr Dim kWidthUnit = 8;
/// The largest width of a layer norm: a lane holds at most 8 packs of 8 channels.
constexpr Dim kLargestWidth = 2048;
/// The largest head of amt's own attention kernels: a lane holds at most 8 channels.
constexpr Dim kLargestHead = 256;

/// Returns how many packs of 8 channels, 1 to 8, each of a position's 32 lanes holds.
constexpr Dim norm_packs(Dim width) { return divide_up(width, 256); }

/// Positions divided into `count` shares of `each`; the last may be smaller. Each share has one
/// partial sum; at most 512 keep an H200 busy and are quickly added up.
struct Shares {
  Dim count, each;
};
constexpr Shares shares_of(Dim n) {
  const Dim each = std::max<Dim>(16, divide_up(n, 512));
  return {divide_up(n, each), each};
}

/// Returns how many blocks of layer norm's backward pass fit on a multiprocessor at once. The
/// registers for a lane's packs are the limit.
constexpr Dim norm_blocks(Dim packs) { return packs <= 3 ? 4 : packs <= 5 ? 3 : 2; }
/// Returns the number of blocks of layer norm's backward pass, all of which run at once on an
/// H100's 132 multiprocessors.
constexpr Dim norm_shares(Dim n, Dim width) {
  return std::min(shares_of(n).count, 128 * norm_blocks(norm_packs(width)));
}

/// Entries of by_token per piece when wte's gradient is summed (embedding.cuh).
constexpr Dim kPiece = 64;
constexpr Dim token_pieces(Dim n) { return divide_up(n, kPiece); }

constexpr Dim kFlatThreads = 256;
/// Returns the number of blocks of kFlatThreads threads for n elements. Each thread processes
/// `at_once` of them, or several times as many if the buffer is larger than 2^31 floats.
constexpr Dim flat_blocks(Dim n, Dim at_once = 4) {
  return std::clamp<Dim>(divide_up(n, at_once * kFlatThreads), 1, Dim{1} << 21);
}
/// Returns the number of blocks for a sum over n floats: few enough for one block to add their
/// partial sums.
constexpr Dim sum_blocks(Dim n) { return std::clamp<Dim>(divide_up(n, 4 * kFlatThreads), 1, 1024); }

/// Returns how many groups of 4 floats may be accessed at once: n / 4 if all `pointers` are aligned
/// to 16 bytes, else 0.
template <class... Pointers>
Dim quads_of(Dim n, const Pointers*... pointers) {
  const auto bits = (reinterpret_cast<std::uintptr_t>(pointers) | ...);
  return bits % 16 == 0 ? n / 4 : 0;
}

/// Returns the number of columns of the product for `vocab` logits; wte has `stored` rows from the
/// first of them on. Generation needs a different number for nearly every token: when rounded up,
/// they share a few algorithms, and columns of logits begin at multiples of 16 bytes.
constexpr Dim logit_columns(Dim vocab, Dim stored) {
  for (const Dim unit : {Dim{1024}, kWidthUnit}) {
    const Dim columns = divide_up(vocab, unit) * unit;
    if (columns <= stored) return columns;
  }
  return vocab;
}

/// Returns the positions in a block of the LM head. Divides n into as few blocks as `most_bytes` of
/// logits allow, of at least 128 positions each and as equal as multiples of 128 can be. Each
/// position has `bytes_each` of logits.
constexpr Dim lm_head_block(Dim n, Dim bytes_each, Dim most_bytes) {
  const Dim most = std::max<Dim>(128, most_bytes / bytes_each / 128 * 128);
  const Dim blocks = divide_up(n, most);
  return std::min(n, divide_up(divide_up(n, blocks), 128) * 128);
}

}  // namespace amt::cuda
