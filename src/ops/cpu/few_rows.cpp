#include "few_rows.hpp"

#ifdef AMT_ISA

#include "base/bits.hpp"

namespace amt::cpu::AMT_ISA {
namespace {

using Index = std::int64_t;

constexpr Index kDepth = 8;      // rows of w that are read side by side
constexpr Index kColumns = 512;  // of them that are widened at once for several rows: 16 KiB

inline float as_float(float x) { return x; }
inline float as_float(Bf16 x) { return widened(x); }

/// out [columns] += x [kDepth] w, the products one after another.
template <class W>
inline void add_block(float* __restrict out, const float* x, const W* __restrict w, Index stride,
                      Index columns) {
  const float x0 = x[0], x1 = x[1], x2 = x[2], x3 = x[3];
  const float x4 = x[4], x5 = x[5], x6 = x[6], x7 = x[7];
#pragma omp simd
  for (Index c = 0; c < columns; ++c) {
    float sum = out[c];
    sum += x0 * as_float(w[c]);
    sum += x1 * as_float(w[c + stride]);
    sum += x2 * as_float(w[c + 2 * stride]);
    sum += x3 * as_float(w[c + 3 * stride]);
    sum += x4 * as_float(w[c + 4 * stride]);
    sum += x5 * as_float(w[c + 5 * stride]);
    sum += x6 * as_float(w[c + 6 * stride]);
    sum += x7 * as_float(w[c + 7 * stride]);
    out[c] = sum;
  }
}

template <class W>
inline void add_one(float* __restrict out, float x, const W* __restrict w, Index columns) {
#pragma omp simd
  for (Index c = 0; c < columns; ++c) out[c] += x * as_float(w[c]);
}

/// kDepth rows of w for all n rows of x, the conversion of w being paid once.
template <class W>
inline void add_block_for_rows(float* out, Index out_stride, const float* x, Index x_stride,
                               const W* w, Index w_stride, Index n, Index columns) {
  alignas(64) float wide[kDepth * kColumns];
  for (Index begin = 0; begin < columns; begin += kColumns) {
    const Index size = columns - begin < kColumns ? columns - begin : kColumns;
    for (Index d = 0; d < kDepth; ++d) {
#pragma omp simd
      for (Index c = 0; c < size; ++c) {
        wide[d * kColumns + c] = as_float(w[d * w_stride + begin + c]);
      }
    }
    for (Index i = 0; i < n; ++i) {
      add_block(out + i * out_stride + begin, x + i * x_stride, wide, kColumns, size);
    }
  }
}

template <class W>
inline void add_product(float* out, Index out_stride, const float* x, Index x_stride, const W* w,
                        Index w_stride, Index n, Index depth, Index columns) {
  Index d = 0;
  for (; d + kDepth <= depth; d += kDepth) {
    if (n == 1) {
      add_block(out, x + d, w + d * w_stride, w_stride, columns);
    } else {
      add_block_for_rows(out, out_stride, x + d, x_stride, w + d * w_stride, w_stride, n, columns);
    }
  }
  for (; d < depth; ++d) {
    for (Index i = 0; i < n; ++i) {
      add_one(out + i * out_stride, x[i * x_stride + d], w + d * w_stride, columns);
    }
  }
}

/// Four rows of w at once: one alone would wait for its own sums.
template <class W>
inline void dot_four(float* out, const float* __restrict x, const W* __restrict w, Index stride,
                     Index width) {
  float sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0;
#pragma omp simd reduction(+ : sum0, sum1, sum2, sum3)
  for (Index c = 0; c < width; ++c) {
    sum0 += x[c] * as_float(w[c]);
    sum1 += x[c] * as_float(w[c + stride]);
    sum2 += x[c] * as_float(w[c + 2 * stride]);
    sum3 += x[c] * as_float(w[c + 3 * stride]);
  }
  out[0] = sum0;
  out[1] = sum1;
  out[2] = sum2;
  out[3] = sum3;
}

template <class W>
inline float dot_one(const float* __restrict x, const W* __restrict w, Index width) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (Index c = 0; c < width; ++c) sum += x[c] * as_float(w[c]);
  return sum;
}

template <class W>
inline void dot_rows(float* out, Index out_stride, const float* x, Index n, const W* w,
                     Index w_stride, Index count, Index width) {
  Index v = 0;
  for (; v + 4 <= count; v += 4) {
    for (Index i = 0; i < n; ++i) {
      dot_four(out + i * out_stride + v, x + i * width, w + v * w_stride, w_stride, width);
    }
  }
  for (; v < count; ++v) {
    for (Index i = 0; i < n; ++i) {
      out[i * out_stride + v] = dot_one(x + i * width, w + v * w_stride, width);
    }
  }
}

}  // namespace

void add_product_f32(float* out, Index out_stride, const float* x, Index x_stride, const float* w,
                     Index w_stride, Index n, Index depth, Index columns) {
  add_product(out, out_stride, x, x_stride, w, w_stride, n, depth, columns);
}
void add_product_bf16(float* out, Index out_stride, const float* x, Index x_stride, const Bf16* w,
                      Index w_stride, Index n, Index depth, Index columns) {
  add_product(out, out_stride, x, x_stride, w, w_stride, n, depth, columns);
}
void dot_rows_f32(float* out, Index out_stride, const float* x, Index n, const float* w,
                  Index w_stride, Index count, Index width) {
  dot_rows(out, out_stride, x, n, w, w_stride, count, width);
}
void dot_rows_bf16(float* out, Index out_stride, const float* x, Index n, const Bf16* w,
                   Index w_stride, Index count, Index width) {
  dot_rows(out, out_stride, x, n, w, w_stride, count, width);
}

}  // namespace amt::cpu::AMT_ISA

#else

#include <algorithm>

#include "base/parallel.hpp"
#include "rows.hpp"

namespace amt::cpu {
namespace {

// The depth is cut into as many parts whatever the threads are, so that sums have one order. Each
// part is read from memory in one go.
constexpr Dim kParts = 8;
constexpr Dim kTile = 1024;  // columns that a thread takes at once: pages of w
constexpr Dim kDots = 256;   // rows of w, of a product with its transpose

Dim part_begin(Dim part, Dim depth) {
  constexpr Dim kAligned = 8;
  return std::min(depth, (depth * part / kParts + kAligned - 1) / kAligned * kAligned);
}

}  // namespace

const float* widen_rows(const float* rows, float* scratch, Dim n, Dim row_stride, Dim width) {
  if (n == 1 || row_stride == width) return rows;
  for (Dim i = 0; i < n; ++i) copy_row(scratch + i * width, rows + i * row_stride, width);
  return scratch;
}
const float* widen_rows(const Bf16* rows, float* scratch, Dim n, Dim row_stride, Dim width) {
  for (Dim i = 0; i < n; ++i) to_float(scratch + i * width, rows + i * row_stride, width);
  return scratch;
}

template <class T>
void few_rows_affine(Context<T>& cpu, T* out, const T* x, const T* w, const float* bias, Dim n,
                     Dim depth, Dim columns) {
  float* const sums = cpu.scratch(n * (kParts * columns + depth));  // [kParts, n, columns]
  const float* const wide = widen_rows(x, sums + kParts * n * columns, n, depth, depth);
  const Dim tiles = (columns + kTile - 1) / kTile, part_size = n * columns;
  parallel_for(cpu.threads(), kParts * tiles, [&](Dim task) {
    const Dim part = task / tiles, begin = task % tiles * kTile;
    const Dim size = std::min(kTile, columns - begin);
    const Dim from = part_begin(part, depth), to = part_begin(part + 1, depth);
    float* const mine = sums + part * part_size + begin;
    for (Dim i = 0; i < n; ++i) std::fill_n(mine + i * columns, size, 0.0f);
    add_product(mine, columns, wide + from, depth, w + from * columns + begin, columns, n,
                to - from, size);
  });
  parallel_pieces(cpu.threads(), columns, kTile, [&](Dim begin, Dim end) {
    for (Dim i = 0; i < n; ++i) {
      float* const sum = sums + i * columns + begin;
      for (Dim part = 1; part < kParts; ++part) add_row(sum, sum + part * part_size, end - begin);
      add_row(sum, bias + begin, end - begin);
      copy_row(out + i * columns + begin, sum, end - begin);
    }
  });
}

template <class T>
void few_rows_dots(Context<T>& cpu, float* out, const T* x, Dim step, const T* w, Dim n, Dim count,
                   Dim width) {
  const float* const wide = widen_rows(x, cpu.scratch(n * width), n, step * width, width);
  parallel_pieces(cpu.threads(), count, kDots, [&](Dim begin, Dim end) {
    dot_rows(out + begin, count, wide, n, w + begin * width, width, end - begin, width);
  });
}

template void few_rows_affine(Context<float>&, float*, const float*, const float*, const float*,
                              Dim, Dim, Dim);
template void few_rows_affine(Context<Bf16>&, Bf16*, const Bf16*, const Bf16*, const float*, Dim,
                              Dim, Dim);
template void few_rows_dots(Context<float>&, float*, const float*, Dim, const float*, Dim, Dim,
                            Dim);
template void few_rows_dots(Context<Bf16>&, float*, const Bf16*, Dim, const Bf16*, Dim, Dim, Dim);

}  // namespace amt::cpu

#endif
