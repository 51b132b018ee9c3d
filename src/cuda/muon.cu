#include "amt/kernels/muon.cuh"
#include "amt/ops/muon.hpp"
#include "context.hpp"
#include "launch.hpp"

namespace amt::cuda {
namespace {

using Work = MuonWork<Bf16>;
using Op = MuonOf<Bf16, float>;

float rounded(double x) { return static_cast<float>(x); }

/// Updates the momentum; x = the direction of the update, scaled to a norm of 1.
void begin(Context& gpu, const Op& op, Bf16* x) {
  constexpr Dim kThreads = gpu::kSumWarps * gpu::kLanes;
  const gpu::Strided matrix{op.rows, op.columns, op.stride};
  const gpu::MuonDecay decay{rounded(op.step.gradient_scale), rounded(op.step.momentum),
                             rounded(1 - op.step.momentum)};
  const Dim n = op.rows * op.columns, blocks = sum_blocks(n);
  double* const squares = gpu.partial.of<double>(1 + blocks);
  double* const partial = squares + 1;
  start(gpu.stream(), {blocks}, kThreads, "muon_momentum", gpu::muon_momentum, partial, op.momentum,
        op.gradients, matrix, decay);
  start(gpu.stream(), {1}, kThreads, "sum_all", gpu::sum_all<double>, squares, partial, blocks, 1.0,
        false);
  start(gpu.stream(), {flat_blocks(n)}, kFlatThreads, "muon_direction", gpu::muon_direction, x,
        op.momentum, op.gradients, squares, matrix, decay, rounded(MuonPolynomial::kLeastNorm));
}

/// next = (a + b g + c g^2) x, or x (a + b g + c g^2) if there are more rows than columns. The
/// right factor of a product is passed first.
void round(Context& gpu, const Op& op, const Work& work) {
  constexpr auto kAsItIs = Stored::kAsItIs, kTransposed = Stored::kTransposed;
  const Dim side = Work::side(op);
  const bool tall = op.rows > op.columns;
  gpu.matmul.run(row_major_product(side, side, tall ? op.rows : op.columns,
                                   tall ? kTransposed : kAsItIs, tall ? kAsItIs : kTransposed),
                 {work.x, work.x, work.gram});
  gpu.matmul.run(row_major_product(side, side, side, kAsItIs, kAsItIs),
                 {work.gram, work.gram, work.polynomial});
  start(gpu.stream(), {flat_blocks(side * side)}, kFlatThreads, "muon_polynomial",
        gpu::muon_polynomial, work.polynomial, work.gram, side, rounded(MuonPolynomial::a),
        rounded(MuonPolynomial::b), rounded(MuonPolynomial::c));
  const Bf16 *const left = tall ? work.x : work.polynomial, *const right =
                                                                tall ? work.polynomial : work.x;
  gpu.matmul.run(row_major_product(op.rows, op.columns, side, kAsItIs, kAsItIs),
                 {right, left, work.next});
}

/// Decays the weights and subtracts muon_rate() x.
void step(Context& gpu, const Op& op, const Bf16* x) {
  start(gpu.stream(), {flat_blocks(op.rows * op.columns)}, kFlatThreads, "muon_step",
        gpu::muon_step, op.parameters,
        gpu.weight_ranges.copy_of<Bf16>(op.parameters, (op.rows - 1) * op.stride + op.columns), x,
        gpu::Strided{op.rows, op.columns, op.stride},
        rounded(1 - op.step.learning_rate * op.step.weight_decay),
        rounded(muon_rate(op.step, op.rows, op.columns)));
}

}  // namespace

void run(Context& gpu, const Muon& activations) {
  const Op op = typed<Bf16>(activations);
  Work work(op);
  begin(gpu, op, work.x);
  for (int i = 0; i < MuonPolynomial::kTimes; ++i) {
    round(gpu, op, work);
    std::swap(work.x, work.next);
  }
  step(gpu, op, work.x);
}

}  // namespace amt::cuda
