// Calls on flat buffers, by pieces that do not depend on the number of threads.
#include <numeric>
#include <vector>

#include "cpu_calls.hpp"
#include "parallel.hpp"

namespace amt::cpu {
namespace {

constexpr Dim kPiece = 16384;  // floats: 64 KiB

}  // namespace

void adamw(int threads, float* p, float* m, float* v, const float* g, Dim n, const AdamWStep& s) {
  const AdamWCoefficients c = adamw_coefficients(s);
  parallel_pieces(threads, n, kPiece, [&](Dim begin, Dim end) {
    kernels().adamw(p + begin, m + begin, v + begin, g + begin, end - begin, c);
  });
}

double sum_of_squares(int threads, const float* x, Dim n) {
  std::vector<double> sums(static_cast<std::size_t>((n + kPiece - 1) / kPiece));
  parallel_pieces(threads, n, kPiece, [&](Dim begin, Dim end) {
    sums[static_cast<std::size_t>(begin / kPiece)] =
        kernels().sum_of_squares(x + begin, end - begin);
  });
  return std::accumulate(sums.begin(), sums.end(), 0.0);
}

void add(int threads, float* to, const float* x, Dim n) {
  parallel_pieces(threads, n, kPiece,
                  [&](Dim begin, Dim end) { kernels().add(to + begin, x + begin, end - begin); });
}

void scale(int threads, float* x, float factor, Dim n) {
  parallel_pieces(threads, n, kPiece,
                  [&](Dim begin, Dim end) { kernels().scale(x + begin, factor, end - begin); });
}

void to_bf16(int threads, Bf16* out, const float* x, Dim n) {
  parallel_pieces(threads, n, kPiece, [&](Dim begin, Dim end) {
    kernels().to_bf16(out + begin, x + begin, end - begin);
  });
}

}  // namespace amt::cpu
