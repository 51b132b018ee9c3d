#include "cpu_calls.hpp"
#include "gemm.hpp"
#include "parallel.hpp"
#include "rows.hpp"

namespace amt::cpu {
namespace {

constexpr Dim kColumnsPerPiece = 64;  // of a bias gradient: four cache lines of each row of floats

/// out = x w + b
void affine(int threads, float* out, const float* x, const float* w, const float* b, Dim n,
            Dim in_width, Dim out_width) {
  gemm(out, out_width, n, out_width, in_width, matrix(x, in_width), matrix(w, out_width));
  parallel_for(threads, n, [&](Dim i) { kernels().add(out + i * out_width, b, out_width); });
}
void affine(int, Bf16* out, const Bf16* x, const Bf16* w, const float* b, Dim n, Dim in_width,
            Dim out_width) {
  gemm(out, out_width, n, out_width, in_width, matrix(x, in_width), matrix(w, out_width), b);
}

void add_column_sums(float* db, const float* dout, Dim n, Dim stride, Dim width) {
  kernels().column_sums(db, dout, n, stride, width);
}
void add_column_sums(float* db, const Bf16* dout, Dim n, Dim stride, Dim width) {
  kernels().column_sums_bf16(db, dout, n, stride, width);
}

}  // namespace

template <class T>
void linear_forward(int threads, T* out, T* pre, const T* x, const T* w, const float* b, Dim n,
                    Dim in_width, Dim out_width) {
  affine(threads, pre != nullptr ? pre : out, x, w, b, n, in_width, out_width);
  if (pre == nullptr) return;
  parallel_for(threads, n, [&](Dim i) {
    const Dim at = i * out_width;
    float* row = begin_row(out + at, 0, out_width);
    kernels().gelu(row, read_row(pre + at, 1, out_width), out_width);
    store_row(out + at, row, out_width);
  });
}

template <class T>
void linear_backward(int threads, T* dx, float* dw, float* db, const T* dout, const T* x,
                     const T* pre, const T* w, Dim n, Dim in_width, Dim out_width) {
  gemm(dx, in_width, n, in_width, out_width, matrix(dout, out_width), transposed(w, out_width));
  if (pre != nullptr) {
    parallel_for(threads, n, [&](Dim i) {
      const Dim at = i * in_width;
      float* row = change_row(dx + at, 0, in_width);
      kernels().gelu_backward(row, read_row(pre + at, 1, in_width), in_width);
      store_row(dx + at, row, in_width);
    });
  }
  gemm(dw, out_width, in_width, out_width, n, transposed(x, in_width), matrix(dout, out_width),
       Write::kAdd);
  parallel_pieces(threads, out_width, kColumnsPerPiece, [&](Dim begin, Dim end) {
    add_column_sums(db + begin, dout + begin, n, out_width, end - begin);
  });
}

template void linear_forward(int, float*, float*, const float*, const float*, const float*, Dim,
                             Dim, Dim);
template void linear_forward(int, Bf16*, Bf16*, const Bf16*, const Bf16*, const float*, Dim, Dim,
                             Dim);
template void linear_backward(int, float*, float*, float*, const float*, const float*, const float*,
                              const float*, Dim, Dim, Dim);
template void linear_backward(int, Bf16*, float*, float*, const Bf16*, const Bf16*, const Bf16*,
                              const Bf16*, Dim, Dim, Dim);

}  // namespace amt::cpu
