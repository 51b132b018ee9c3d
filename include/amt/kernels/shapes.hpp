// How the work of a call is cut: blocks of threads, shares of partial sums, blocks of logits. All
// of it follows from the shapes alone, not from the card, so that sums have the same order, and the
// same bits, on any card. C++17.
#pragma once

#include <algorithm>
#include <cstdint>

#include "amt/ops/types.hpp"

namespace amt::cuda {

constexpr Dim divide_up(Dim a, Dim b) { return (a + b - 1) / b; }

/// Widths are multiples of this: 8 activations are one access of 16 bytes.
constexpr Dim kWidthUnit = 8;
/// Of layer norms: a lane holds at most 8 packs of 8 channels.
constexpr Dim kLargestWidth = 2048;
/// Of the own attention: a lane holds at most 8 channels.
constexpr Dim kLargestHead = 256;

/// Packs of 8 channels in each of the 32 lanes that share a position, 1 to 8.
constexpr Dim norm_packs(Dim width) { return divide_up(width, 256); }

/// Positions cut into `count` shares of `each`, the last may be smaller. A share makes one partial
/// sum: at most 512, which keep an H200 busy and are soon added up.
struct Shares {
  Dim count, each;
};
constexpr Shares shares_of(Dim n) {
  const Dim each = std::max<Dim>(16, divide_up(n, 512));
  return {divide_up(n, each), each};
}

/// Blocks of a layer norm's backward pass that a multiprocessor holds at once, as far as a lane's
/// packs leave registers.
constexpr Dim norm_blocks(Dim packs) { return packs <= 3 ? 4 : packs <= 5 ? 3 : 2; }
/// Its blocks: all at once on the 132 multiprocessors of an H100.
constexpr Dim norm_shares(Dim n, Dim width) {
  return std::min(shares_of(n).count, 128 * norm_blocks(norm_packs(width)));
}

/// Places of by_token in a piece of the sum of wte's gradient (embedding.cuh).
constexpr Dim kPiece = 64;
constexpr Dim token_pieces(Dim n) { return divide_up(n, kPiece); }

constexpr Dim kFlatThreads = 256;
/// Blocks of kFlatThreads for n elements, each thread taking `at_once`, or several times that where
/// the buffer is larger than 2^31 floats.
constexpr Dim flat_blocks(Dim n, Dim at_once = 4) {
  return std::clamp<Dim>(divide_up(n, at_once * kFlatThreads), 1, Dim{1} << 21);
}
/// Blocks for a sum over n floats: the partial sums are then added by one block.
constexpr Dim sum_blocks(Dim n) { return std::clamp<Dim>(divide_up(n, 4 * kFlatThreads), 1, 1024); }

/// How many groups of 4 floats may be accessed at once: n / 4 if all `pointers` are aligned to 16
/// bytes, else none.
template <class... Pointers>
Dim quads_of(Dim n, const Pointers*... pointers) {
  const auto bits = (reinterpret_cast<std::uintptr_t>(pointers) | ...);
  return bits % 16 == 0 ? n / 4 : 0;
}

/// Positions in a block of the LM head: n in as few blocks as `most_bytes` of logits allow, but of
/// 128 at least, and as equal as multiples of 128 can be; each position has `bytes_each` of logits.
constexpr Dim lm_head_block(Dim n, Dim bytes_each, Dim most_bytes) {
  const Dim most = std::max<Dim>(128, most_bytes / bytes_each / 128 * 128);
  const Dim blocks = divide_up(n, most);
  return std::min(n, divide_up(divide_up(n, blocks), 128) * 128);
}

}  // namespace amt::cuda
