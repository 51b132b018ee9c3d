#include "amt/ops/layernorm.hpp"

#include "base/instruction_sets.hpp"

AMT_KERNEL(void, layernorm_row,
           (float* out, float* mean, float* rstd, const float* x, const float* w, const float* b,
            std::int64_t width));
/// dx = (add ? dx : 0) + gradient; adds to dw and db.
AMT_KERNEL(void, layernorm_backward_row,
           (float* dx, float* dw, float* db, const float* dout, const float* x, float mean,
            float rstd, const float* w, std::int64_t width, bool add));

#ifdef AMT_ISA

namespace amt::cpu::AMT_ISA {

void layernorm_row(float* out, float* mean, float* rstd, const float* x, const float* w,
                   const float* b, std::int64_t width) {
  const float n = static_cast<float>(width);
  float sum = 0, squares = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t c = 0; c < width; ++c) sum += x[c];
  const float mu = sum / n;
#pragma omp simd reduction(+ : squares)
  for (std::int64_t c = 0; c < width; ++c) squares += (x[c] - mu) * (x[c] - mu);
  const float r = 1.0f / __builtin_sqrtf(squares / n + 1e-5f);
#pragma omp simd
  for (std::int64_t c = 0; c < width; ++c) out[c] = (x[c] - mu) * r * w[c] + b[c];
  *mean = mu;
  *rstd = r;
}

void layernorm_backward_row(float* dx, float* dw, float* db, const float* dout, const float* x,
                            float mean, float rstd, const float* w, std::int64_t width, bool add) {
  const float n = static_cast<float>(width);
  float sum_g = 0, sum_gx = 0;
#pragma omp simd reduction(+ : sum_g, sum_gx)
  for (std::int64_t c = 0; c < width; ++c) {
    const float normal = (x[c] - mean) * rstd;
    sum_g += dout[c] * w[c];
    sum_gx += dout[c] * w[c] * normal;
    dw[c] += dout[c] * normal;
    db[c] += dout[c];
  }
  const float mean_g = sum_g / n;
  const float mean_gx = sum_gx / n;
  if (!add) __builtin_memset(dx, 0, width * sizeof(float));
#pragma omp simd
  for (std::int64_t c = 0; c < width; ++c) {
    const float normal = (x[c] - mean) * rstd;
    dx[c] += rstd * (dout[c] * w[c] - mean_g - normal * mean_gx);
  }
}

}  // namespace amt::cpu::AMT_ISA

#else

#include <vector>

#include "base/context.hpp"
#include "base/parallel.hpp"
#include "dropout.hpp"
#include "rows.hpp"

namespace amt::cpu {
namespace {

constexpr Dim kRowsPerPiece = 32;  // positions whose gradients of w and b are first summed together

/// Stores x + dropout(y) of position i, and returns it as floats.
template <class T>
const float* residual_row(const LayerNormForwardOf<T, float>& op, Dim i) {
  const Dim at = i * op.width;
  float* floats = begin_row(op.residual + at, 0, op.width);
  add_dropout_row(floats, read_row(op.x + at, 1, op.width), read_row(op.y + at, 2, op.width),
                  op.width, row_dropout(op.dropout, i, op.width));
  store_row(op.residual + at, floats, op.width);
  return read_row(op.residual + at, 0, op.width);
}

/// Processes position i, and adds its dweight and dbias to `sums` [2, width].
template <class T>
void backward_position(const LayerNormBackwardOf<T, float>& op, float* sums, Dim i) {
  const Dim width = op.width, at = i * width;
  float* dx = change_row(op.dresidual + at, 0, width);
  layernorm_backward_row(dx, sums, sums + width, read_row(op.dout + at, 1, width),
                         read_row(op.residual + at, 2, width), op.mean[i], op.rstd[i], op.weight,
                         width, op.add);
  store_row(op.dresidual + at, dx, width);
  if (op.dy == nullptr) return;
  float* masked = begin_row(op.dy + at, 1, width);
  dropout_row(masked, dx, width, row_dropout(op.dropout, i, width));
  store_row(op.dy + at, masked, width);
}

}  // namespace

template <class T>
void run(Context<T>& cpu, const LayerNormForwardOf<T, float>& op) {
  parallel_for(cpu.threads(), op.n, [&](Dim i) {
    const Dim at = i * op.width;
    const float* in = op.y == nullptr ? read_row(op.x + at, 0, op.width) : residual_row(op, i);
    float* normal = begin_row(op.out + at, 1, op.width);
    layernorm_row(normal, op.mean + i, op.rstd + i, in, op.weight, op.bias, op.width);
    store_row(op.out + at, normal, op.width);
  });
}

template <class T>
void run(Context<T>& cpu, const LayerNormBackwardOf<T, float>& op) {
  const Dim pieces = (op.n + kRowsPerPiece - 1) / kRowsPerPiece;
  std::vector<float> partial(pieces * 2 * op.width, 0.0f);
  parallel_pieces(cpu.threads(), op.n, kRowsPerPiece, [&](Dim begin, Dim end) {
    float* sums = partial.data() + begin / kRowsPerPiece * 2 * op.width;
    for (Dim i = begin; i < end; ++i) backward_position(op, sums, i);
  });
  for (Dim piece = 0; piece < pieces; ++piece) {
    add_row(op.dweight, partial.data() + piece * 2 * op.width, op.width);
    add_row(op.dbias, partial.data() + (piece * 2 + 1) * op.width, op.width);
  }
}

template void run(Context<float>&, const LayerNormForwardOf<float, float>&);
template void run(Context<Bf16>&, const LayerNormForwardOf<Bf16, float>&);
template void run(Context<float>&, const LayerNormBackwardOf<float, float>&);
template void run(Context<Bf16>&, const LayerNormBackwardOf<Bf16, float>&);

}  // namespace amt::cpu

#endif
