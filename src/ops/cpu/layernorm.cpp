#include <vector>

#include "cpu_calls.hpp"
#include "parallel.hpp"

namespace amt::cpu {
namespace {

constexpr Dim kRowsPerPiece = 32;  // positions whose gradients of w and b are summed together first

}  // namespace

void layernorm_forward(int threads, float* out, float* residual, float* mean, float* rstd,
                       const float* x, const float* y, const float* w, const float* b, Dim n,
                       Dim width, const Dropout& dropout) {
  const Kernels& k = kernels();
  parallel_for(threads, n, [&](Dim i) {
    const float* in = x + i * width;
    if (y != nullptr) {
      float* sum = residual + i * width;
      k.add_dropout(sum, in, y + i * width, width, row_dropout(dropout, i, width));
      in = sum;
    }
    k.layernorm(out + i * width, mean + i, rstd + i, in, w, b, width);
  });
}

void layernorm_backward(int threads, float* dresidual, float* dy, float* dw, float* db,
                        const float* dout, const float* residual, const float* mean,
                        const float* rstd, const float* w, Dim n, Dim width, bool add,
                        const Dropout& dropout) {
  const Kernels& k = kernels();
  const Dim pieces = (n + kRowsPerPiece - 1) / kRowsPerPiece;
  std::vector<float> partial(static_cast<std::size_t>(pieces * 2 * width), 0.0f);
  parallel_pieces(threads, n, kRowsPerPiece, [&](Dim begin, Dim end) {
    float* sums = partial.data() + begin / kRowsPerPiece * 2 * width;
    for (Dim i = begin; i < end; ++i) {
      const Dim at = i * width;
      k.layernorm_backward(dresidual + at, sums, sums + width, dout + at, residual + at, mean[i],
                           rstd[i], w, width, add);
      if (dy != nullptr) {
        k.dropout(dy + at, dresidual + at, width, row_dropout(dropout, i, width));
      }
    }
  });
  for (Dim piece = 0; piece < pieces; ++piece) {
    k.add(dw, partial.data() + piece * 2 * width, width);
    k.add(db, partial.data() + (piece * 2 + 1) * width, width);
  }
}

}  // namespace amt::cpu
