#include "cpu_calls.hpp"
#include "gemm.hpp"
#include "parallel.hpp"

namespace amt::cpu {
namespace {

constexpr Dim kColumnsPerPiece = 64;  // of a bias gradient: four cache lines of each row

}  // namespace

void linear_forward(int threads, float* out, float* pre, const float* x, const float* w,
                    const float* b, Dim n, Dim in_width, Dim out_width) {
  const Kernels& k = kernels();
  float* sum = pre != nullptr ? pre : out;
  gemm(sum, out_width, n, out_width, in_width, {x, in_width}, {w, out_width});
  parallel_for(threads, n, [&](Dim i) {
    float* row = sum + i * out_width;
    if (pre != nullptr) {
      k.bias_gelu(out + i * out_width, row, b, out_width);
    } else {
      k.add(row, b, out_width);
    }
  });
}

void linear_backward(int threads, float* dx, float* dw, float* db, const float* dout,
                     const float* x, const float* pre, const float* w, Dim n, Dim in_width,
                     Dim out_width) {
  const Kernels& k = kernels();
  gemm(dx, in_width, n, in_width, out_width, {dout, out_width}, transposed(w, out_width));
  if (pre != nullptr) {
    parallel_for(threads, n,
                 [&](Dim i) { k.gelu_backward(dx + i * in_width, pre + i * in_width, in_width); });
  }
  gemm(dw, out_width, in_width, out_width, n, transposed(x, in_width), {dout, out_width}, 1, 1);
  parallel_pieces(threads, out_width, kColumnsPerPiece, [&](Dim begin, Dim end) {
    k.column_sums(db + begin, dout + begin, n, out_width, end - begin);
  });
}

}  // namespace amt::cpu
