#include <vector>

#include "cpu_calls.hpp"
#include "parallel.hpp"
#include "rows.hpp"

namespace amt::cpu {
namespace {

constexpr Dim kRowsPerPiece = 32;  // positions whose gradients of w and b are summed together first

/// sum = x + dropout(y), as it is stored; returns it as floats.
template <class T>
const float* residual_row(T* sum, const T* x, const T* y, Dim width, const RowDropout& dropout) {
  float* floats = begin_row(sum, 0, width);
  kernels().add_dropout(floats, read_row(x, 1, width), read_row(y, 2, width), width, dropout);
  store_row(sum, floats, width);
  return read_row(sum, 0, width);
}

}  // namespace

template <class T>
void layernorm_forward(int threads, T* out, T* residual, float* mean, float* rstd, const T* x,
                       const T* y, const float* w, const float* b, Dim n, Dim width,
                       const Dropout& dropout) {
  parallel_for(threads, n, [&](Dim i) {
    const Dim at = i * width;
    const float* in = y == nullptr ? read_row(x + at, 0, width)
                                   : residual_row(residual + at, x + at, y + at, width,
                                                  row_dropout(dropout, i, width));
    float* normal = begin_row(out + at, 1, width);
    kernels().layernorm(normal, mean + i, rstd + i, in, w, b, width);
    store_row(out + at, normal, width);
  });
}

template <class T>
void layernorm_backward(int threads, T* dresidual, T* dy, float* dw, float* db, const T* dout,
                        const T* residual, const float* mean, const float* rstd, const float* w,
                        Dim n, Dim width, bool add, const Dropout& dropout) {
  const Kernels& k = kernels();
  const Dim pieces = (n + kRowsPerPiece - 1) / kRowsPerPiece;
  std::vector<float> partial(static_cast<std::size_t>(pieces * 2 * width), 0.0f);
  parallel_pieces(threads, n, kRowsPerPiece, [&](Dim begin, Dim end) {
    float* sums = partial.data() + begin / kRowsPerPiece * 2 * width;
    for (Dim i = begin; i < end; ++i) {
      const Dim at = i * width;
      float* dx = change_row(dresidual + at, 0, width);
      k.layernorm_backward(dx, sums, sums + width, read_row(dout + at, 1, width),
                           read_row(residual + at, 2, width), mean[i], rstd[i], w, width, add);
      store_row(dresidual + at, dx, width);
      if (dy == nullptr) continue;
      float* masked = begin_row(dy + at, 1, width);
      k.dropout(masked, dx, width, row_dropout(dropout, i, width));
      store_row(dy + at, masked, width);
    }
  });
  for (Dim piece = 0; piece < pieces; ++piece) {
    k.add(dw, partial.data() + piece * 2 * width, width);
    k.add(db, partial.data() + (piece * 2 + 1) * width, width);
  }
}

template void layernorm_forward(int, float*, float*, float*, float*, const float*, const float*,
                                const float*, const float*, Dim, Dim, const Dropout&);
template void layernorm_forward(int, Bf16*, Bf16*, float*, float*, const Bf16*, const Bf16*,
                                const float*, const float*, Dim, Dim, const Dropout&);
template void layernorm_backward(int, float*, float*, float*, float*, const float*, const float*,
                                 const float*, const float*, const float*, Dim, Dim, bool,
                                 const Dropout&);
template void layernorm_backward(int, Bf16*, Bf16*, float*, float*, const Bf16*, const Bf16*,
                                 const float*, const float*, const float*, Dim, Dim, bool,
                                 const Dropout&);

}  // namespace amt::cpu
