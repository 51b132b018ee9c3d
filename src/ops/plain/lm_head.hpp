// LM head and cross-entropy: the plain code that specifies the calls of Ops. A is the type of
// activations, P of parameters, gradients and losses; both float or double.
#pragma once

#include <cmath>
#include <vector>

#include "amt/ops/ops.hpp"
#include "attention.hpp"

namespace amt::plain {

/// logits [vocab] of one position, x [width].
template <class A, class P>
std::vector<double> position_logits(const A* x, const P* wte, Dim vocab, Dim width) {
  std::vector<double> logits(static_cast<std::size_t>(vocab), 0.0);
  for (Dim v = 0; v < vocab; ++v) {
    for (Dim c = 0; c < width; ++c) logits[v] += double(x[c]) * double(wte[v * width + c]);
  }
  return logits;
}

inline double log_sum_exp(const std::vector<double>& logits) {
  double largest = -INFINITY, sum = 0;
  for (const double l : logits) largest = std::max(largest, l);
  for (const double l : logits) sum += std::exp(l - largest);
  return largest + std::log(sum);
}

/// logits [rows, seq_len, vocab]
template <class A, class P>
void lm_head_logits(P* logits, const A* x, const P* wte, const LmHeadShape& s) {
  for (Dim i = 0; i < s.rows * s.seq_len; ++i) {
    const std::vector<double> of_position = position_logits(x + i * s.width, wte, s.vocab, s.width);
    for (Dim v = 0; v < s.vocab; ++v) logits[i * s.vocab + v] = P(of_position[v]);
  }
}

/// losses [rows, seq_len - 1]
template <class A, class P>
void lm_head_losses(P* losses, const A* x, const P* wte, const std::uint16_t* tokens,
                    const LmHeadShape& s) {
  for (Dim i = 0; i < s.rows * s.seq_len; ++i) {
    if (i % s.seq_len == s.seq_len - 1) continue;  // predicts nothing
    const std::vector<double> logits = position_logits(x + i * s.width, wte, s.vocab, s.width);
    losses[i - i / s.seq_len] = P(log_sum_exp(logits) - logits[tokens[i + 1]]);
  }
}

template <class A, class P>
void lm_head_train(double* loss, A* dx, P* dwte, const A* x, const P* wte,
                   const std::uint16_t* tokens, const LmHeadShape& s, const LossTerms& terms) {
  for (Dim i = 0; i < s.rows * s.seq_len; ++i) {
    std::vector<double> dx_row(static_cast<std::size_t>(s.width), 0.0);
    if (i % s.seq_len != s.seq_len - 1) {
      const std::vector<double> logits = position_logits(x + i * s.width, wte, s.vocab, s.width);
      const double log_sum = log_sum_exp(logits);
      const double regularization = double(terms.log_z_regularization);
      *loss += terms.scale * (log_sum - logits[tokens[i + 1]] + regularization * log_sum * log_sum);
      for (Dim v = 0; v < s.vocab; ++v) {
        const double p = std::exp(logits[v] - log_sum);
        const double d =
            terms.scale * (p * (1 + 2 * regularization * log_sum) - (v == tokens[i + 1] ? 1 : 0));
        for (Dim c = 0; c < s.width; ++c) {
          dx_row[c] += d * wte[v * s.width + c];
          dwte[v * s.width + c] += P(d * x[i * s.width + c]);
        }
      }
    }
    for (Dim c = 0; c < s.width; ++c) dx[i * s.width + c] = A(dx_row[c]);
  }
}

}  // namespace amt::plain
