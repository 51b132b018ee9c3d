// Calls of the LM head on vectors, for tests of several backends.
#pragma once

#include "amt/ops/lm_head.hpp"
#include "numbers.hpp"

namespace amt::test {

using Tokens = std::vector<std::uint16_t>;

/// A is the type that activations are cast to.
template <class A, class P>
LmHeadTrainOf<A, P> head_train(double* loss, A* dx, std::vector<P>& dwte, const A* x,
                               const std::vector<P>& wte, const Tokens& tokens,
                               const LmHeadShape& shape, const LossConfig& terms) {
  return {.loss = loss,
          .dx = dx,
          .dwte = dwte.data(),
          .x = x,
          .wte = wte.data(),
          .tokens = tokens.data(),
          .shape = shape,
          .terms = terms};
}

template <class A, class P>
LmHeadLossesOf<A, P> head_losses(std::vector<P>& losses, const A* x, const std::vector<P>& wte,
                                 const Tokens& tokens, const LmHeadShape& shape) {
  return {
      .losses = losses.data(), .x = x, .wte = wte.data(), .tokens = tokens.data(), .shape = shape};
}

template <class A, class P>
LmHeadLogitsOf<A, P> head_logits(std::vector<P>& logits, const A* x, const std::vector<P>& wte,
                                 const LmHeadShape& s) {
  return {.logits = logits.data(),
          .x = x,
          .wte = wte.data(),
          .n = s.rows * s.seq_len,
          .width = s.width,
          .vocab = s.vocab,
          .padded_vocab = s.padded_vocab};
}

}  // namespace amt::test
