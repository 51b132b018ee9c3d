// Attention of one query, whose result does not depend on the number of queries.
#pragma once

#include <algorithm>
#include <type_traits>

#include "few_rows.hpp"
#include "rows.hpp"
#include "tile_dots.hpp"

namespace amt::cpu {

/// scores [keys] = q k^T for one query. A head's keys are too far apart for hardware prefetching,
/// so those of the next block are prefetched.
template <class T>
void query_scores(float* scores, const T* q, const T* k, Dim stride, Dim keys, Dim dim) {
  if constexpr (std::is_same_v<T, Bf16>) {
    if (has_tile_dots(dim)) return tile_dots_bf16(scores, q, 1, k, stride, keys, dim);
  }
  const float* const wide = read_row(q, 0, dim);
  constexpr Dim kBlock = 16, kLine = 64 / sizeof(T);
  for (Dim begin = 0; begin < keys; begin += kBlock) {
    const Dim end = std::min(keys, begin + kBlock);
    for (Dim next = end; next < std::min(keys, end + kBlock); ++next) {
      for (Dim c = 0; c < dim; c += kLine) __builtin_prefetch(k + next * stride + c);
    }
    dot_rows(scores + begin, keys, wide, 1, k + begin * stride, stride, end - begin, dim);
  }
}

/// out [dim] = p [keys] v.
template <class T>
void weighted_values(float* out, const float* p, const T* v, Dim stride, Dim keys, Dim dim) {
  if constexpr (std::is_same_v<T, Bf16>) {
    if (has_tile_dots(dim)) return weighted_sum_bf16(out, p, v, stride, keys, dim);
  }
  std::fill_n(out, dim, 0.0f);
  add_product(out, dim, p, keys, v, stride, Dim{1}, keys, dim);
}

}  // namespace amt::cpu
