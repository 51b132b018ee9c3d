// Token and position embedding with dropout: the plain code that specifies the calls of Ops. A is
// the type of activations, P of parameters and gradients; both float or double.
#pragma once

#include "amt/ops/ops.hpp"

namespace amt::plain {

template <class A, class P>
void embedding_forward(A* out, const std::uint16_t* tokens, const P* wte, const P* wpe, Dim rows,
                       Dim seq_len, Dim width, const Dropout& dropout) {
  for (Dim i = 0; i < rows * seq_len; ++i) {
    for (Dim c = 0; c < width; ++c) {
      const A sum = A(wte[tokens[i] * width + c]) + A(wpe[i % seq_len * width + c]);
      out[i * width + c] = sum * A(dropout_factor(dropout, i, c, width));
    }
  }
}

/// Sums in order of position: what `by_token` of Ops::embedding_backward lists.
template <class A, class P>
void embedding_backward(P* dwte, P* dwpe, const A* dx, const std::uint16_t* tokens, Dim rows,
                        Dim seq_len, Dim width, const Dropout& dropout) {
  for (Dim i = 0; i < rows * seq_len; ++i) {
    for (Dim c = 0; c < width; ++c) {
      const P d = P(dx[i * width + c] * A(dropout_factor(dropout, i, c, width)));
      dwte[tokens[i] * width + c] += d;
      dwpe[i % seq_len * width + c] += d;
    }
  }
}

}  // namespace amt::plain
