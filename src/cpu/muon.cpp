// Threads process whole rows, and the rows' sums are added in order, so only the order of additions
// in oneDNN's products may depend on the number of threads.
#include "amt/ops/muon.hpp"

#include "base/instruction_sets.hpp"

/// m = beta m + rest g scale. Returns the sum of squares of the direction, beta m + rest g scale
/// with the new m.
AMT_KERNEL(double, muon_momentum_row,
           (float* m, const float* g, std::int64_t n, float scale, float beta, float rest));
/// x = the direction times `inverse`; m is the new momentum.
AMT_KERNEL(void, muon_direction_row,
           (float* x, const float* m, const float* g, std::int64_t n, float scale, float beta,
            float rest, float inverse));
/// out = linear gram + square out
AMT_KERNEL(void, muon_polynomial_row,
           (float* out, const float* gram, std::int64_t n, float linear, float square));
/// p = kept p - rate x
AMT_KERNEL(void, muon_step_row, (float* p, const float* x, std::int64_t n, float kept, float rate));

#ifdef AMT_ISA

namespace amt::cpu::AMT_ISA {

double muon_momentum_row(float* m, const float* g, std::int64_t n, float scale, float beta,
                         float rest) {
  double sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t i = 0; i < n; ++i) {
    const float gradient = rest * (g[i] * scale);
    m[i] = beta * m[i] + gradient;
    const double direction = beta * m[i] + gradient;
    sum += direction * direction;
  }
  return sum;
}

void muon_direction_row(float* x, const float* m, const float* g, std::int64_t n, float scale,
                        float beta, float rest, float inverse) {
#pragma omp simd
  for (std::int64_t i = 0; i < n; ++i) {
    x[i] = (beta * m[i] + rest * (g[i] * scale)) * inverse;
  }
}

void muon_polynomial_row(float* out, const float* gram, std::int64_t n, float linear,
                         float square) {
#pragma omp simd
  for (std::int64_t i = 0; i < n; ++i) out[i] = linear * gram[i] + square * out[i];
}

void muon_step_row(float* p, const float* x, std::int64_t n, float kept, float rate) {
#pragma omp simd
  for (std::int64_t i = 0; i < n; ++i) p[i] = kept * p[i] - rate * x[i];
}

}  // namespace amt::cpu::AMT_ISA

#else

#include <numeric>
#include <utility>

#include "amt/gemm/gemm.hpp"
#include "base/context.hpp"
#include "base/parallel.hpp"
#include "rows.hpp"

namespace amt::cpu {
namespace {

float rounded(double x) { return static_cast<float>(x); }

/// Updates the momentum; x = the direction of the update, scaled to a norm of 1.
template <class T>
void begin(const Context<T>& cpu, const MuonOf<T, float>& op, T* x) {
  const float scale = rounded(op.step.gradient_scale), beta = rounded(op.step.momentum);
  const float rest = rounded(1 - op.step.momentum);
  std::vector<double> squares(op.rows);
  parallel_for(cpu.threads(), op.rows, [&](Dim i) {
    squares[i] = muon_momentum_row(op.momentum + i * op.stride, op.gradients + i * op.stride,
                                   op.columns, scale, beta, rest);
  });
  const double norm = std::sqrt(std::accumulate(squares.begin(), squares.end(), 0.0));
  const float inverse = rounded(1 / std::max(norm, MuonPolynomial::kLeastNorm));
  parallel_for(cpu.threads(), op.rows, [&](Dim i) {
    float* row = begin_row(x + i * op.columns, 0, op.columns);
    muon_direction_row(row, op.momentum + i * op.stride, op.gradients + i * op.stride, op.columns,
                       scale, beta, rest, inverse);
    store_row(x + i * op.columns, row, op.columns);
  });
}

/// next = (a + b g + c g^2) x, or x (a + b g + c g^2) if there are more rows than columns.
template <class T>
void round(const Context<T>& cpu, const MuonOf<T, float>& op, const MuonWork<T>& work) {
  const Dim side = work.side(op), rows = op.rows, columns = op.columns;
  const bool tall = rows > columns;
  const auto x = matrix<T>(work.x, columns), across = transposed<T>(work.x, columns);
  gemm(work.gram, side, side, side, tall ? rows : columns, tall ? across : x, tall ? x : across);
  const auto gram = matrix<T>(work.gram, side), factor = matrix<T>(work.polynomial, side);
  gemm(work.polynomial, side, side, side, side, gram, gram);
  parallel_for(cpu.threads(), side, [&](Dim i) {
    float* row = change_row(work.polynomial + i * side, 0, side);
    muon_polynomial_row(row, read_row(work.gram + i * side, 1, side), side,
                        rounded(MuonPolynomial::b), rounded(MuonPolynomial::c));
    row[i] += rounded(MuonPolynomial::a);
    store_row(work.polynomial + i * side, row, side);
  });
  gemm(work.next, columns, rows, columns, side, tall ? x : factor, tall ? factor : x);
}

/// Decays the weights and subtracts muon_rate() x.
template <class T>
void step(Context<T>& cpu, const MuonOf<T, float>& op, const T* x) {
  Bf16* const copy = cpu.copy_of(op.parameters, (op.rows - 1) * op.stride + op.columns);
  const float kept = rounded(1 - op.step.learning_rate * op.step.weight_decay);
  const float rate = rounded(muon_rate(op.step, op.rows, op.columns));
  parallel_for(cpu.threads(), op.rows, [&](Dim i) {
    float* const row = op.parameters + i * op.stride;
    muon_step_row(row, read_row(x + i * op.columns, 0, op.columns), op.columns, kept, rate);
    if (copy != nullptr) to_bf16(copy + i * op.stride, row, op.columns);
  });
}

}  // namespace

template <class T>
void run(Context<T>& cpu, const MuonOf<T, float>& op) {
  cpu.use_threads();
  MuonWork<T> work(op);
  begin(cpu, op, work.x);
  for (int i = 0; i < MuonPolynomial::kTimes; ++i) {
    round(cpu, op, work);
    std::swap(work.x, work.next);
  }
  step(cpu, op, work.x);
}

template void run(Context<float>&, const MuonOf<float, float>&);
template void run(Context<Bf16>&, const MuonOf<Bf16, float>&);

}  // namespace amt::cpu

#endif
