// Layout of attention's tensors for cuDNN: sizes and strides, in elements, of the axes [rows,
// heads, length, head_dim]. cuDNN lists the axes in this order, whatever their order in memory.
#pragma once

#include <array>

#include "amt/ops/attention.hpp"

namespace amt::cuda {

struct TensorLayout {
  std::array<Dim, 4> sizes, strides;
};

/// Returns the layout of q, k or v within the packed qkv of whole rows, and of their gradients
/// within dqkv, relative to the `first` of packed_heads().
constexpr TensorLayout qkv_layout(const AttentionShape& s) {
  const HeadsOf<const char> heads = packed_heads<const char>(nullptr, s, 0);
  return {{s.rows, s.heads, s.key_len, s.head_dim},
          {heads.row_stride, s.head_dim, heads.stride, 1}};
}

/// Returns the layout of out [rows, query_len, heads, head_dim] and of its gradient.
constexpr TensorLayout out_layout(const AttentionShape& s) {
  const Dim width = s.heads * s.head_dim;
  return {{s.rows, s.heads, s.query_len, s.head_dim}, {s.query_len * width, s.head_dim, width, 1}};
}

/// Returns the layout of lse [rows, heads, query_len], which cuDNN calls the softmax's stats.
constexpr TensorLayout lse_layout(const AttentionShape& s) {
  return {{s.rows, s.heads, s.query_len, 1}, {s.heads * s.query_len, s.query_len, 1, 1}};
}

/// Returns whether heads have the layout of qkv_layout().
template <class T>
constexpr bool is_packed(const HeadsOf<T>& heads, const AttentionShape& s) {
  const HeadsOf<T> packed = packed_heads<T>(nullptr, s, 0);
  return s.query_len == s.key_len && heads.row_stride == packed.row_stride &&
         heads.stride == packed.stride;
}

}  // namespace amt::cuda
