#include "amt/dataset/epoch_rows.hpp"

#include <algorithm>

#include "amt/random/permutation.hpp"

namespace amt {

void EpochRows::read(std::uint64_t first, std::uint64_t count, std::span<Token> out) const {
  const auto length = static_cast<std::size_t>(row_length());
  const std::uint64_t rows = this->rows(), end = first + count;
  while (first < end) {
    const std::uint64_t epoch = first / rows, begin = first % rows;
    const std::uint64_t here = std::min(end - first, rows - begin);
    if (epoch == 0) {
      rows_.read(begin, here, out.first(here * length));
    } else {
      const KeyedPermutation order(rows, seed_, epoch);
      for (std::uint64_t i = 0; i < here; ++i) {
        rows_.read(order(begin + i), 1, out.subspan(i * length, length));
      }
    }
    out = out.subspan(here * length);
    first += here;
  }
}

}  // namespace amt
