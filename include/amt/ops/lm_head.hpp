// LM head and cross-entropy: logits = x wte^T. The logits are computed in blocks of positions and
// never stored all at once. Restricted to C++17.
#pragma once

#include <cmath>
#include <vector>

#include "amt/ops/types.hpp"

namespace amt {

struct LmHeadShape {
  Dim rows = 0, seq_len = 0, width = 0;
  Dim vocab = 0;         ///< tokens: columns of the softmax
  Dim padded_vocab = 0;  ///< rows of wte in memory; those from `vocab` on have no effect
};

/// The loss that training minimises: scale x sum over positions of -log p + log_z_regularization x
/// log(z)^2, where z is the sum of exp of a position's logits (the z-loss of PaLM, arXiv
/// 2204.02311).
struct LossConfig {
  LossConfig(float scale_ = 1, float log_z_regularization_ = 0)
      : scale(scale_), log_z_regularization(log_z_regularization_) {}
  float scale;
  float log_z_regularization;
};

// tokens [rows, seq_len]: position t predicts tokens[t + 1], the last position of a row predicts
// nothing. wte must be in Weights (amt/ops/weights.hpp). A is the type of activations, P that of
// parameters, gradients and losses.

/// *loss += the loss given by `terms`; dx [n, width] = its gradient; dwte += its gradient.
template <class A, class P>
struct LmHeadTrainOf {
  static constexpr const char* kName = "LM head";
  double* loss;
  A* dx;
  P* dwte;
  const A* x;    ///< [n, width]
  const P* wte;  ///< [padded_vocab, width]
  const std::uint16_t* tokens;
  LmHeadShape shape;
  LossConfig terms;
};
using LmHeadTrain = LmHeadTrainOf<Activation, float>;
inline std::array<const float*, 1> weights_of(const LmHeadTrain& op) { return {op.wte}; }

/// losses [rows, seq_len - 1] = -log p, in nats.
template <class A, class P>
struct LmHeadLossesOf {
  static constexpr const char* kName = "LM head losses";
  P* losses;
  const A* x;
  const P* wte;
  const std::uint16_t* tokens;
  LmHeadShape shape;
};
using LmHeadLosses = LmHeadLossesOf<Activation, float>;
inline std::array<const float*, 1> weights_of(const LmHeadLosses& op) { return {op.wte}; }

/// logits [n, vocab] of the positions first, first + step, ... of x [., width], in fp32. wte
/// [padded_vocab, width]: rows from `vocab` on have no effect. For the
/// last position of each row of `length`: first = length - 1, step = length, n = rows.
template <class A, class P>
struct LmHeadLogitsOf {
  static constexpr const char* kName = "LM head logits";
  P* logits;
  const A* x;
  const P* wte;
  Dim n, width, vocab, padded_vocab;
  Dim first = 0, step = 1;
};
using LmHeadLogits = LmHeadLogitsOf<Activation, float>;
inline std::array<const float*, 1> weights_of(const LmHeadLogits& op) { return {op.wte}; }

namespace plain {

/// Returns the logits [vocab] of one position x [width].
template <class A, class P>
std::vector<double> position_logits(const A* x, const P* wte, Dim vocab, Dim width) {
  std::vector<double> logits(vocab, 0.0);
  for (Dim v = 0; v < vocab; ++v) {
    for (Dim c = 0; c < width; ++c) logits[v] += double(x[c]) * double(wte[v * width + c]);
  }
  return logits;
}

inline double log_sum_exp(const std::vector<double>& logits) {
  double largest = -INFINITY, sum = 0;
  for (const double l : logits) largest = l > largest ? l : largest;
  for (const double l : logits) sum += std::exp(l - largest);
  return largest + std::log(sum);
}

template <class A, class P>
void run(const LmHeadLogitsOf<A, P>& op) {
  for (Dim i = 0; i < op.n; ++i) {
    const A* x = op.x + (op.first + i * op.step) * op.width;
    const std::vector<double> logits = position_logits(x, op.wte, op.vocab, op.width);
    for (Dim v = 0; v < op.vocab; ++v) op.logits[i * op.vocab + v] = P(logits[v]);
  }
}

template <class A, class P>
void run(const LmHeadLossesOf<A, P>& op) {
  const LmHeadShape& s = op.shape;
  for (Dim i = 0; i < s.rows * s.seq_len; ++i) {
    if (i % s.seq_len == s.seq_len - 1) continue;  // predicts nothing
    const std::vector<double> logits =
        position_logits(op.x + i * s.width, op.wte, s.vocab, s.width);
    op.losses[i - i / s.seq_len] = P(log_sum_exp(logits) - logits[op.tokens[i + 1]]);
  }
}

/// Adds the loss and the part of dwte of position i, which predicts `target`; returns its dx
/// [width].
template <class A, class P>
std::vector<double> train_position(const LmHeadTrainOf<A, P>& op, Dim i, Dim target) {
  const LmHeadShape& s = op.shape;
  const double scale = op.terms.scale, regularization = double(op.terms.log_z_regularization);
  const A* x = op.x + i * s.width;
  const std::vector<double> logits = position_logits(x, op.wte, s.vocab, s.width);
  const double log_sum = log_sum_exp(logits);
  *op.loss += scale * (log_sum - logits[target] + regularization * log_sum * log_sum);
  std::vector<double> dx(s.width, 0.0);
  for (Dim v = 0; v < s.vocab; ++v) {
    const double p = std::exp(logits[v] - log_sum);
    const double d = scale * (p * (1 + 2 * regularization * log_sum) - (v == target ? 1 : 0));
    for (Dim c = 0; c < s.width; ++c) {
      dx[c] += d * op.wte[v * s.width + c];
      op.dwte[v * s.width + c] += P(d * x[c]);
    }
  }
  return dx;
}

template <class A, class P>
void run(const LmHeadTrainOf<A, P>& op) {
  const LmHeadShape& s = op.shape;
  for (Dim i = 0; i < s.rows * s.seq_len; ++i) {
    std::vector<double> dx(s.width, 0.0);
    if (i % s.seq_len != s.seq_len - 1) dx = train_position(op, i, op.tokens[i + 1]);
    for (Dim c = 0; c < s.width; ++c) op.dx[i * s.width + c] = A(dx[c]);
  }
}

}  // namespace plain

namespace cpu {
/// Returns the floats of scratch memory that a call for `positions` needs: the logits of one block.
Dim lm_head_scratch(Dim positions, Dim vocab);
template <class T>
void run(Context<T>& cpu, const LmHeadTrainOf<T, float>& op);
template <class T>
void run(Context<T>& cpu, const LmHeadLossesOf<T, float>& op);
template <class T>
void run(Context<T>& cpu, const LmHeadLogitsOf<T, float>& op);
}  // namespace cpu

namespace cuda {
void run(Context& gpu, const LmHeadTrain& op);
void run(Context& gpu, const LmHeadLosses& op);
void run(Context& gpu, const LmHeadLogits& op);
}  // namespace cuda

}  // namespace amt
