// Token and position embeddings with dropout, and their gradients. Restricted to C++17.
#pragma once

#include "amt/ops/dropout.hpp"
#include "amt/ops/types.hpp"

namespace amt {

/// out [rows, length, width] = dropout(wte[token] + wpe[first position of the row + t]), where t is
/// the position within the call. A is the type of activations, P that of parameters.
template <class A, class P>
struct EmbeddingForwardOf {
  static constexpr const char* kName = "embedding";
  A* out;
  const std::uint16_t* tokens;  ///< [rows, length]
  const P* wte;                 ///< [., width]
  const P* wpe;                 ///< [at least first position + length, width]
  Dim rows, length, width;
  Dim first_position = 0;  ///< the number of positions of each row in earlier calls
  /// [rows]: if not null, each row's first position, read when the device executes the operator.
  const std::int32_t* first_positions = nullptr;
  Dropout dropout = {};  ///< with positions counted from the first of this call

  /// Converts index i of [rows, length] to the position in its row.
  constexpr Dim position(Dim i) const {
    return (first_positions != nullptr ? first_positions[i / length] : first_position) + i % length;
  }
};
using EmbeddingForward = EmbeddingForwardOf<Activation, float>;

/// dwte[token] += dropout(dx) and dwpe[t] += dropout(dx), for complete rows. dwte is summed in
/// order of position, dwpe in order of row.
template <class A, class P>
struct EmbeddingBackwardOf {
  static constexpr const char* kName = "embedding backward";
  P* dwte;                           ///< [., width]
  P* dwpe;                           ///< [length, width]
  const A* dx;                       ///< [rows, length, width]
  const std::uint16_t* tokens;       ///< [rows, length]
  const std::uint16_t* host_tokens;  ///< a copy in host memory; may be reused after the call
  Dim rows, length, width;
  Dropout dropout = {};
};
using EmbeddingBackward = EmbeddingBackwardOf<Activation, float>;

namespace plain {

template <class A, class P>
void run(const EmbeddingForwardOf<A, P>& op) {
  for (Dim i = 0; i < op.rows * op.length; ++i) {
    const P* token = op.wte + op.tokens[i] * op.width;
    const P* position = op.wpe + op.position(i) * op.width;
    for (Dim c = 0; c < op.width; ++c) {
      const A sum = A(token[c]) + A(position[c]);
      op.out[i * op.width + c] = sum * A(dropout_factor(op.dropout, i, c, op.width));
    }
  }
}

template <class A, class P>
void run(const EmbeddingBackwardOf<A, P>& op) {
  for (Dim i = 0; i < op.rows * op.length; ++i) {
    for (Dim c = 0; c < op.width; ++c) {
      const P d = P(op.dx[i * op.width + c] * A(dropout_factor(op.dropout, i, c, op.width)));
      op.dwte[op.tokens[i] * op.width + c] += d;
      op.dwpe[i % op.length * op.width + c] += d;
    }
  }
}

}  // namespace plain

namespace cpu {
template <class T>
void run(Context<T>& cpu, const EmbeddingForwardOf<T, float>& op);
template <class T>
void run(Context<T>& cpu, const EmbeddingBackwardOf<T, float>& op);
}  // namespace cpu

namespace cuda {
void run(Context& gpu, const EmbeddingForward& op);
void run(Context& gpu, const EmbeddingBackward& op);
}  // namespace cuda

}  // namespace amt
