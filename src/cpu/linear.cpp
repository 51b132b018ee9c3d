#include "amt/ops/linear.hpp"

#include "amt/gemm/bf16.hpp"
#include "base/instruction_sets.hpp"

/// out = gelu(pre).
AMT_KERNEL(void, gelu_row, (float* out, const float* pre, std::int64_t width));
/// dx *= gelu'(pre).
AMT_KERNEL(void, gelu_backward_row, (float* dx, const float* pre, std::int64_t width));
/// db[c] += sum over n rows i of dout[i * stride + c], for c < width.
AMT_KERNEL(void, column_sums,
           (float* db, const float* dout, std::int64_t n, std::int64_t stride, std::int64_t width));
AMT_KERNEL(void, column_sums_bf16,
           (float* db, const Bf16* dout, std::int64_t n, std::int64_t stride, std::int64_t width));

#ifdef AMT_ISA

#include "base/bits.hpp"
#include "base/math.hpp"

namespace amt::cpu::AMT_ISA {
namespace {

// gelu(x) = x/2 (1 + tanh(u)) = x sigmoid(2u), u = sqrt(2/pi) (x + 0.044715 x^3).
constexpr float kTwoFactor = 1.5957691216057308f, kCubic = 0.044715f;

inline float two_u(float x) { return kTwoFactor * (x + kCubic * x * x * x); }

}  // namespace

void gelu_row(float* out, const float* pre, std::int64_t width) {
#pragma omp simd
  for (std::int64_t c = 0; c < width; ++c) out[c] = pre[c] * sigmoid(two_u(pre[c]));
}

void gelu_backward_row(float* dx, const float* pre, std::int64_t width) {
#pragma omp simd
  for (std::int64_t c = 0; c < width; ++c) {
    const float x = pre[c];
    const float s = sigmoid(two_u(x));
    const float slope = kTwoFactor * (1.0f + 3.0f * kCubic * x * x);
    dx[c] *= s + x * s * (1.0f - s) * slope;
  }
}

void column_sums(float* db, const float* dout, std::int64_t n, std::int64_t stride,
                 std::int64_t width) {
  for (std::int64_t i = 0; i < n; ++i) {
    const float* row = dout + i * stride;
#pragma omp simd
    for (std::int64_t c = 0; c < width; ++c) db[c] += row[c];
  }
}

void column_sums_bf16(float* db, const Bf16* dout, std::int64_t n, std::int64_t stride,
                      std::int64_t width) {
  for (std::int64_t i = 0; i < n; ++i) {
    const Bf16* row = dout + i * stride;
#pragma omp simd
    for (std::int64_t c = 0; c < width; ++c) db[c] += widened(row[c]);
  }
}

}  // namespace amt::cpu::AMT_ISA

#else

#include "amt/gemm/gemm.hpp"
#include "base/context.hpp"
#include "base/parallel.hpp"
#include "few_rows.hpp"
#include "rows.hpp"
#include "tiles.hpp"

namespace amt::cpu {
namespace {

constexpr Dim kColumnsPerPiece = 64;  // for bias gradients: four cache lines of each row of floats

/// out = x weight + bias.
void many_rows_affine(Context<float>& cpu, float* out, const LinearForwardOf<float, float>& op) {
  const float* weight = cpu.weights(op.weight);
  const float* bias = cpu.weights(op.bias);
  gemm(out, op.out_width, op.n, op.out_width, op.in_width, matrix(op.x, op.in_width),
       matrix(weight, op.out_width));
  parallel_for(cpu.threads(), op.n,
               [&](Dim i) { add_row(out + i * op.out_width, bias, op.out_width); });
}
void many_rows_affine(Context<Bf16>& cpu, Bf16* out, const LinearForwardOf<Bf16, float>& op) {
  cpu.weights(op.bias);
  gemm(out, op.out_width, op.n, op.out_width, op.in_width, matrix(op.x, op.in_width),
       matrix(cpu.weights(op.weight), op.out_width), op.bias);
}

template <class T>
void affine(Context<T>& cpu, T* out, const LinearForwardOf<T, float>& op) {
  if (op.n > kFewRows) return many_rows_affine(cpu, out, op);
  cpu.weights(op.bias);
  if (const TiledMatrix* const w = cpu.tiled(op.weight, op.in_width, op.out_width)) {
    return tiled_affine(cpu, out, op.x, *w, op.bias, op.n);
  }
  few_rows_affine(cpu, out, op.x, cpu.weights(op.weight), op.bias, op.n, op.in_width, op.out_width);
}

void add_column_sums(float* db, const float* dout, Dim n, Dim stride, Dim width) {
  column_sums(db, dout, n, stride, width);
}
void add_column_sums(float* db, const Bf16* dout, Dim n, Dim stride, Dim width) {
  column_sums_bf16(db, dout, n, stride, width);
}

}  // namespace

template <class T>
void run(Context<T>& cpu, const LinearForwardOf<T, float>& op) {
  cpu.use_threads();
  affine(cpu, op.pre != nullptr ? op.pre : op.out, op);
  if (op.pre == nullptr) return;
  parallel_for(cpu.threads(), op.n, [&](Dim i) {
    const Dim at = i * op.out_width;
    float* row = begin_row(op.out + at, 0, op.out_width);
    gelu_row(row, read_row(op.pre + at, 1, op.out_width), op.out_width);
    store_row(op.out + at, row, op.out_width);
  });
}

template <class T>
void run(Context<T>& cpu, const LinearBackwardOf<T, float>& op) {
  const Dim in = op.in_width, out = op.out_width;
  cpu.use_threads();
  gemm(op.dx, in, op.n, in, out, matrix(op.dout, out), transposed(cpu.weights(op.weight), out));
  if (op.pre != nullptr) {
    parallel_for(cpu.threads(), op.n, [&](Dim i) {
      float* row = change_row(op.dx + i * in, 0, in);
      gelu_backward_row(row, read_row(op.pre + i * in, 1, in), in);
      store_row(op.dx + i * in, row, in);
    });
  }
  gemm(op.dweight, out, in, out, op.n, transposed(op.x, in), matrix(op.dout, out), Write::kAdd);
  parallel_pieces(cpu.threads(), out, kColumnsPerPiece, [&](Dim begin, Dim end) {
    add_column_sums(op.dbias + begin, op.dout + begin, op.n, out, end - begin);
  });
}

template void run(Context<float>&, const LinearForwardOf<float, float>&);
template void run(Context<Bf16>&, const LinearForwardOf<Bf16, float>&);
template void run(Context<float>&, const LinearBackwardOf<float, float>&);
template void run(Context<Bf16>&, const LinearBackwardOf<Bf16, float>&);

}  // namespace amt::cpu

#endif
