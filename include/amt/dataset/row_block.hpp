// Divides rows into one contiguous block per rank.
#pragma once

#include <cstdint>
#include <span>

#include "amt/dataset/rows.hpp"

namespace amt {

struct RowBlock {
  std::uint64_t first = 0;
  std::uint64_t count = 0;
};

/// Returns the block of rows of one rank. If ranks does not divide rows, the first blocks are one
/// row larger.
inline RowBlock block_of_rank(std::uint64_t rows, int ranks, int rank) {
  const std::uint64_t n = ranks, r = rank;
  const std::uint64_t base = rows / n, extra = rows % n;
  return {r * base + std::min(r, extra), base + (r < extra ? 1 : 0)};
}

/// Reads a range into `out`, which has space for at least range.count rows of row_length tokens.
inline void read_selected(const RowSource& rows, const RowRange& range, std::span<Token> out) {
  const std::size_t length = rows.row_length();
  if (range.stride == 1)
    return rows.read(range.first, range.count, out.first(range.count * length));
  for (std::uint64_t i = 0; i < range.count; ++i) {
    rows.read((range.first + i) * range.stride, 1, out.subspan(i * length, length));
  }
}

}  // namespace amt
