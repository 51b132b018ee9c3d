// Attention for one new position in each of several cached rows. C++17.
#pragma once

#include "amt/ops/attention.hpp"

namespace amt {

/// For each i, stores the key and value of qkv[i] at position positions[i] of row rows[i] of the
/// cache, and sets out[i] to the attention of qkv[i]'s query over positions 0 to positions[i] of
/// that row. `rows` and `positions` are read when the device executes the work, so recorded work
/// (OpsMemory::record) can be replayed for other positions. No row may occur twice. A is the type
/// of activations, P that of lse.
template <class A, class P>
struct AttentionStepOf {
  static constexpr const char* kName = "attention step";
  A* out;                                ///< [n, heads, head_dim]
  P* lse;                                ///< [n, heads]: as in AttentionForward
  A* cache;                              ///< [., cache_length, 2, heads, head_dim]
  const A* qkv;                          ///< [n, 3, heads, head_dim]
  const std::int32_t *rows, *positions;  ///< [n], below cache_length
  Dim n, cache_length, heads, head_dim;
  float scale;  ///< as in AttentionShape

  constexpr Dim width() const { return heads * head_dim; }
  /// Returns the number of elements in a row of the cache.
  constexpr Dim row_size() const { return cache_length * 2 * width(); }
};
using AttentionStep = AttentionStepOf<Activation, float>;

/// Returns the operator for entries [i, i + count), whose rows must be adjacent in the cache and
/// equally long. `row` and `position` are those of entry i.
template <class A, class P>
AttentionForwardOf<A, P> attention_of_places(const AttentionStepOf<A, P>& op, Dim i, Dim count,
                                             Dim row, Dim position) {
  const Dim width = op.width(), at = row * op.row_size();
  return {op.out + i * width,
          op.lse + i * op.heads,
          {op.qkv, i * 3 * width, 3 * width, 3 * width},
          {op.cache, at, op.row_size(), 2 * width},
          {op.cache, at + width, op.row_size(), 2 * width},
          {count, 1, position + 1, op.heads, op.head_dim, op.scale}};
}

/// Copies the key and value of entry i to the cache.
template <class A, class P>
void append_to_cache(const AttentionStepOf<A, P>& op, Dim i) {
  const Dim width = op.width();
  const A* from = op.qkv + (i * 3 + 1) * width;
  std::copy(from, from + 2 * width,
            op.cache + op.rows[i] * op.row_size() + op.positions[i] * 2 * width);
}

namespace plain {

template <class A, class P>
void run(const AttentionStepOf<A, P>& op) {
  for (Dim i = 0; i < op.n; ++i) {
    append_to_cache(op, i);
    run(attention_of_places(op, i, 1, op.rows[i], op.positions[i]));
  }
}

}  // namespace plain

namespace cpu {
template <class T>
void run(Context<T>& cpu, const AttentionStepOf<T, float>& op);
}  // namespace cpu

namespace cuda {
void run(Context& gpu, const AttentionStep& op);
}  // namespace cuda

}  // namespace amt
