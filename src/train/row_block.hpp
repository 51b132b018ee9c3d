// Sharing rows that are only looked at: a contiguous block for each rank.
#pragma once

#include <cstdint>
#include <span>

#include "amt/train/rows.hpp"

namespace amt {

struct RowBlock {
  std::uint64_t first = 0;
  std::uint64_t count = 0;
};

/// The first blocks are the larger ones if ranks does not divide rows.
inline RowBlock block_of_rank(std::uint64_t rows, int ranks, int rank) {
  const auto n = static_cast<std::uint64_t>(ranks), r = static_cast<std::uint64_t>(rank);
  const std::uint64_t base = rows / n, extra = rows % n;
  return {r * base + std::min(r, extra), base + (r < extra ? 1 : 0)};
}

/// Rows first x stride, (first + 1) x stride, ... into `out`, [count or more, row_length].
inline void read_selected(const RowSource& rows, std::uint64_t stride, std::uint64_t first,
                          std::uint64_t count, std::span<Token> out) {
  const auto length = static_cast<std::size_t>(rows.row_length());
  if (stride == 1) return rows.read(first, count, out.first(count * length));
  for (std::uint64_t i = 0; i < count; ++i) {
    rows.read((first + i) * stride, 1, out.subspan(i * length, length));
  }
}

}  // namespace amt
