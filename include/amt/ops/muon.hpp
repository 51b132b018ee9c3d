// One update of a matrix by Muon, which orthogonalises the momentum (docs/spec/training.md,
// "Muon"). Source: Jordan et al. 2024, https://kellerjordan.github.io/posts/muon; the scale of the
// update is that of Liu et al. 2025, arXiv 2502.16982. Restricted to C++17.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "amt/ops/types.hpp"

namespace amt {

struct MuonStep {
  double learning_rate = 0, momentum = 0.95, weight_decay = 0;
  double gradient_scale = 1;  ///< multiplies the gradients first, for clipping
};

/// The quintic polynomial x -> a x + b x^3 + c x^5. Applied five times, it maps singular values
/// between about 0.01 and 1 to values between about 0.7 and 1.2.
struct MuonPolynomial {
  static constexpr double a = 3.4445, b = -4.7750, c = 2.0315;
  static constexpr int kTimes = 5;
  static constexpr double kLeastNorm = 1e-7;  ///< smallest norm that directions are divided by
};

/// The root mean square of an update's elements when all singular values are 1. It is about that of
/// AdamW's updates, so that one learning rate suits both. That of an orthogonal matrix is 1 /
/// sqrt(longer side), hence the factor in muon_rate().
constexpr double kMuonScale = 0.2;
inline double muon_rate(const MuonStep& step, Dim rows, Dim columns) {
  return step.learning_rate * kMuonScale * std::sqrt(double(std::max(rows, columns)));
}

/// The size of `work` below, in activations: two matrices of the same shape and two square ones of
/// its shorter side, each aligned like a Buffer.
constexpr Dim muon_place(Dim count) { return (count + 63) / 64 * 64; }
constexpr Dim muon_work(Dim rows, Dim columns) {
  const Dim side = std::min(rows, columns);
  return 2 * muon_place(rows * columns) + 2 * muon_place(side * side);
}

/// The FLOP of the matrix products: in each round the Gram matrix, its square, and the product of
/// their polynomial with the matrix.
constexpr double muon_flops(Dim rows, Dim columns) {
  const double side = double(std::min(rows, columns)), longer = double(std::max(rows, columns));
  return MuonPolynomial::kTimes * 2 * side * side * (2 * longer + side);
}

/// m = momentum m + (1 - momentum) g; u = momentum m + (1 - momentum) g (Nesterov); x = u / |u|,
/// then kTimes x = (a + b g + c g^2) x with g = x x^T (or g = x^T x, multiplied from the right, if
/// there are more rows than columns); parameters = (1 - learning_rate weight_decay) parameters -
/// muon_rate() x. x and the products have the device's type, A. Zero parameters with zero momentum
/// and gradients stay zero. If the parameters are part of refreshed Weights and the device has a
/// copy of them, the copy is refreshed as well.
template <class A, class P>
struct MuonOf {
  static constexpr const char* kName = "muon";
  P *parameters, *momentum;  ///< [rows, columns], `stride` elements from row to row
  const P* gradients;        ///< same layout
  A* work;                   ///< [muon_work()], scratch memory
  Dim rows, columns, stride;
  MuonStep step;
};
using Muon = MuonOf<Activation, float>;

/// The parts of `work`.
template <class A>
struct MuonWork {
  template <class P>
  explicit MuonWork(const MuonOf<A, P>& op)
      : x(op.work),
        next(x + muon_place(op.rows * op.columns)),
        gram(next + muon_place(op.rows * op.columns)),
        polynomial(gram + muon_place(side(op) * side(op))) {}
  template <class P>
  static constexpr Dim side(const MuonOf<A, P>& op) {
    return std::min(op.rows, op.columns);
  }
  A *x, *next;           ///< [rows, columns]
  A *gram, *polynomial;  ///< [side, side]
};

namespace plain {

/// A row-major factor of a product, possibly transposed.
struct MuonFactor {
  const std::vector<double>& x;
  Dim stride;
  bool transposed = false;
  double at(Dim i, Dim j) const { return transposed ? x[j * stride + i] : x[i * stride + j]; }
};
inline std::vector<double> muon_product(const MuonFactor& a, const MuonFactor& b, Dim m, Dim n,
                                        Dim k) {
  std::vector<double> out(m * n);
  for (Dim i = 0; i < m; ++i) {
    for (Dim j = 0; j < n; ++j) {
      for (Dim l = 0; l < k; ++l) out[i * n + j] += a.at(i, l) * b.at(l, j);
    }
  }
  return out;
}

/// Returns (a + b g + c g^2) x with g = x x^T, or x (a + b g + c g^2) with g = x^T x if x is tall.
inline std::vector<double> muon_round(const std::vector<double>& x, Dim rows, Dim columns) {
  using Poly = MuonPolynomial;
  const bool tall = rows > columns;
  const Dim side = std::min(rows, columns);
  const MuonFactor plain{x, columns}, across{x, columns, true};
  const auto gram = tall ? muon_product(across, plain, side, side, rows)
                         : muon_product(plain, across, side, side, columns);
  auto factor = muon_product({gram, side}, {gram, side}, side, side, side);
  for (Dim i = 0; i < side * side; ++i) factor[i] = Poly::b * gram[i] + Poly::c * factor[i];
  for (Dim i = 0; i < side; ++i) factor[i * side + i] += Poly::a;
  return tall ? muon_product(plain, {factor, side}, rows, columns, side)
              : muon_product({factor, side}, plain, rows, columns, side);
}

template <class A, class P>
void run(const MuonOf<A, P>& op) {
  const MuonStep& s = op.step;
  std::vector<double> x(op.rows * op.columns);
  double squares = 0;
  for (Dim i = 0; i < op.rows * op.columns; ++i) {
    const Dim at = i / op.columns * op.stride + i % op.columns;
    const double g = op.gradients[at] * s.gradient_scale;
    op.momentum[at] = P(s.momentum * op.momentum[at] + (1 - s.momentum) * g);
    x[i] = s.momentum * op.momentum[at] + (1 - s.momentum) * g;
    squares += x[i] * x[i];
  }
  const double norm = std::max(std::sqrt(squares), MuonPolynomial::kLeastNorm);
  for (double& value : x) value /= norm;
  for (int i = 0; i < MuonPolynomial::kTimes; ++i) x = muon_round(x, op.rows, op.columns);
  for (Dim i = 0; i < op.rows * op.columns; ++i) {
    P& p = op.parameters[i / op.columns * op.stride + i % op.columns];
    p = P((1 - s.learning_rate * s.weight_decay) * p - muon_rate(s, op.rows, op.columns) * x[i]);
  }
}

}  // namespace plain

namespace cpu {
template <class T>
void run(Context<T>& cpu, const MuonOf<T, float>& op);
}
namespace cuda {
void run(Context& gpu, const Muon& op);
}

}  // namespace amt
