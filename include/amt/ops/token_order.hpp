// The order in which the embedding's gradient is summed. Restricted to C++17.
#pragma once

#include <cstdint>
#include <numeric>
#include <vector>

#include "amt/ops/types.hpp"

namespace amt {

/// Returns the positions [0, n) sorted by token; positions with equal tokens stay in order. All
/// memory is host memory.
inline std::vector<std::int32_t> positions_by_token(const std::uint16_t* tokens, Dim n) {
  std::vector<std::int32_t> next(65537, 0);  // counting sort
  for (Dim i = 0; i < n; ++i) ++next[tokens[i] + 1u];
  std::partial_sum(next.begin(), next.end(), next.begin());
  std::vector<std::int32_t> order(n);
  for (Dim i = 0; i < n; ++i) {
    order[next[tokens[i]]++] = static_cast<std::int32_t>(i);
  }
  return order;
}

}  // namespace amt
