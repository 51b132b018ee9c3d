// Dropout of one position's channels. out may be x or y.
#pragma once

#include "amt/ops/dropout.hpp"
#include "amt/ops/types.hpp"
#include "base/instruction_sets.hpp"

namespace amt::cpu {

/// The dropout of one position, as defined in amt/ops/dropout.hpp. A threshold of 0 keeps
/// everything.
struct RowDropout {
  std::uint32_t counter[4];  ///< counter of the position's first block
  std::uint32_t key[2];
  std::uint32_t threshold;
  float scale;
};

/// Returns the dropout of position i.
RowDropout row_dropout(const Dropout& dropout, Dim i, Dim width);

}  // namespace amt::cpu

/// out = x + dropout(y)
AMT_KERNEL(void, add_dropout_row,
           (float* out, const float* x, const float* y, std::int64_t width,
            const RowDropout& dropout));
/// out = dropout(x)
AMT_KERNEL(void, dropout_row,
           (float* out, const float* x, std::int64_t width, const RowDropout& dropout));
