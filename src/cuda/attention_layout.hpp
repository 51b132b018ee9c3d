// Where cuDNN finds the parts of attention: sizes and strides in elements over [rows, heads,
// seq_len, head_dim], the order of axes in which cuDNN names tensors, whatever their order in
// memory.
#pragma once

#include <array>

#include "amt/ops/ops.hpp"

namespace amt::cuda {

struct TensorLayout {
  std::array<Dim, 4> sizes, strides;
};

/// q, k or v within qkv [rows, seq_len, 3, heads, head_dim], and their gradients within dqkv; the
/// part's first element is qkv_part() on.
constexpr TensorLayout qkv_layout(const AttentionShape& s) {
  const Dim width = s.heads * s.head_dim;
  return {{s.rows, s.heads, s.seq_len, s.head_dim},
          {s.seq_len * 3 * width, s.head_dim, 3 * width, 1}};
}
/// Offset of q (part 0), k (1), v (2).
constexpr Dim qkv_part(const AttentionShape& s, Dim part) { return part * s.heads * s.head_dim; }

/// out [rows, seq_len, heads, head_dim] and its gradient.
constexpr TensorLayout out_layout(const AttentionShape& s) {
  const Dim width = s.heads * s.head_dim;
  return {{s.rows, s.heads, s.seq_len, s.head_dim}, {s.seq_len * width, s.head_dim, width, 1}};
}

/// lse [rows, heads, seq_len]: what cuDNN calls the softmax's stats.
constexpr TensorLayout lse_layout(const AttentionShape& s) {
  return {{s.rows, s.heads, s.seq_len, 1}, {s.heads * s.seq_len, s.seq_len, 1, 1}};
}

}  // namespace amt::cuda
