// The sum of squares. The division into pieces does not depend on the number of threads.
#include "amt/ops/sum_of_squares.hpp"

#include "base/instruction_sets.hpp"

AMT_KERNEL(double, sum_squares, (const float* x, std::int64_t n));

#ifdef AMT_ISA

namespace amt::cpu::AMT_ISA {

double sum_squares(const float* x, std::int64_t n) {
  double sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t i = 0; i < n; ++i) {
    const double value = x[i];
    sum += value * value;
  }
  return sum;
}

}  // namespace amt::cpu::AMT_ISA

#else

#include <numeric>
#include <vector>

#include "base/context.hpp"
#include "base/parallel.hpp"

namespace amt::cpu {

template <class T>
void run(Context<T>& cpu, const SumOfSquares& op) {
  std::vector<double> sums((op.n + kFlatPiece - 1) / kFlatPiece);
  parallel_pieces(cpu.threads(), op.n, kFlatPiece, [&](Dim begin, Dim end) {
    sums[begin / kFlatPiece] = sum_squares(op.x + begin, end - begin);
  });
  *op.sum = std::accumulate(sums.begin(), sums.end(), 0.0);
}

template void run(Context<float>&, const SumOfSquares&);
template void run(Context<Bf16>&, const SumOfSquares&);

}  // namespace amt::cpu

#endif
