#include "few_rows.hpp"

#ifdef AMT_ISA

#include "base/vectors.hpp"

namespace amt::cpu::AMT_ISA {
namespace {

using Index = std::int64_t;

constexpr Index kTogether = 4;  // rows of w; with one, each addition would wait for the last

template <Index count, class W>
inline void dot(float* out, const float* x, const W* w, Index stride, Index width) {
  Vector sum[count] = {};
  Index c = 0;
  for (; c + kLanes <= width; c += kLanes) {
    const Vector part = load(x + c);
    for (Index k = 0; k < count; ++k) {
      sum[k] += part * load(w + k * stride + c);
    }
  }
  for (Index k = 0; k < count; ++k) {
    out[k] = sum_of(sum[k]);
    for (Index rest = c; rest < width; ++rest) out[k] += x[rest] * as_float(w[k * stride + rest]);
  }
}

template <class W>
inline void dot_rows(float* out, Index out_stride, const float* x, Index n, const W* w,
                     Index w_stride, Index count, Index width) {
  Index v = 0;
  for (; v + kTogether <= count; v += kTogether) {
    for (Index i = 0; i < n; ++i) {
      dot<kTogether>(out + i * out_stride + v, x + i * width, w + v * w_stride, w_stride, width);
    }
  }
  for (; v < count; ++v) {
    for (Index i = 0; i < n; ++i) {
      dot<1>(out + i * out_stride + v, x + i * width, w + v * w_stride, w_stride, width);
    }
  }
}

}  // namespace

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
#include "tile_dots.hpp"

namespace amt::cpu {
namespace {

// The depth is divided into the same number of parts for any number of threads, so that the order
// of sums is fixed. Each part is read sequentially, in whole rows unless there are more threads
// than parts.
constexpr Dim kParts = 4;
constexpr Dim kTile = 256;       // columns; a thread's share is a multiple of this
constexpr Dim kDots = 256;       // rows of w per task in few_rows_dots()
constexpr Dim kDotsAtOnce = 4;   // rows among these that the kernel processes together
constexpr Dim kAlone = 1 << 14;  // with fewer sums than this, one thread is faster

Dim part_begin(Dim part, Dim depth) {
  constexpr Dim kAligned = 8;
  return std::min(depth, (depth * part / kParts + kAligned - 1) / kAligned * kAligned);
}

/// Returns rows of activations as contiguous floats: in place, or in `scratch`.
const float* widen_rows(const float* rows, float* scratch, Dim n, Dim row_stride, Dim width) {
  if (n == 1 || row_stride == width) return rows;
  for (Dim i = 0; i < n; ++i) copy_row(scratch + i * width, rows + i * row_stride, width);
  return scratch;
}
const float* widen_rows(const Bf16* rows, float* scratch, Dim n, Dim row_stride, Dim width) {
  for (Dim i = 0; i < n; ++i) to_float(scratch + i * width, rows + i * row_stride, width);
  return scratch;
}

}  // namespace

template <class T>
void few_rows_affine(Context<T>& cpu, T* out, const T* x, const T* w, const float* bias, Dim n,
                     Dim depth, Dim columns) {
  float* const sums = cpu.scratch(n * (kParts * columns + depth));  // [kParts, n, columns]
  const float* const wide = widen_rows(x, sums + kParts * n * columns, n, depth, depth);
  const Dim wanted = (cpu.threads() + kParts - 1) / kParts * kTile;  // a multiple of kTile
  const Dim tile = (columns + wanted - 1) / wanted * kTile, tiles = (columns + tile - 1) / tile;
  const Dim part_size = n * columns;
  parallel_for(cpu.threads(), kParts * tiles, [&](Dim task) {
    const Dim part = task / tiles, begin = task % tiles * tile;
    const Dim size = std::min(tile, columns - begin);
    const Dim from = part_begin(part, depth), to = part_begin(part + 1, depth);
    float* const mine = sums + part * part_size + begin;
    for (Dim i = 0; i < n; ++i) std::fill_n(mine + i * columns, size, 0.0f);
    add_product(mine, columns, wide + from, depth, w + from * columns + begin, columns, n,
                to - from, size);
  });
  const int helpers = part_size < kAlone ? 1 : cpu.threads();
  parallel_pieces(helpers, columns, kTile, [&](Dim begin, Dim end) {
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
  if constexpr (std::is_same_v<T, Bf16>) {
    if (has_tile_dots(width)) return tile_dots(cpu, out, x, step, w, n, count, width);
  }
  const float* const wide = widen_rows(x, cpu.scratch(n * width), n, step * width, width);
  parallel_pieces(cpu.threads(), count, kDots, [&](Dim begin, Dim end) {
    if (n == 1) {
      return dot_rows(out + begin, count, wide, n, w + begin * width, width, end - begin, width);
    }
    // Converted once for all rows.
    for (Dim at = begin; at < end; at += kDotsAtOnce) {
      const Dim size = std::min(kDotsAtOnce, end - at);
      const float* const some = read_row(w + at * width, 0, size * width);
      dot_rows(out + at, count, wide, n, some, width, size, width);
    }
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
