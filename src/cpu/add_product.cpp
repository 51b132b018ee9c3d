// Implements add_product() from few_rows.hpp.
#include "few_rows.hpp"

#ifdef AMT_ISA

#include "base/vectors.hpp"

namespace amt::cpu::AMT_ISA {
namespace {

using Index = std::int64_t;

// Each thread reads w sequentially or prefetches it: without hardware prefetching, which does not
// cover rows that are far apart, bf16 loads no faster than fp32.
constexpr Index kDepth = 8;  // rows of w that are read and prefetched together

// For several rows of x, a part of w is converted to floats once; it takes 32 KiB.
constexpr Index kDeep = 32, kAcross = 256;

// The sums kept in registers: rows, and vectors per row.
constexpr Index kRows = 4, kVectors = kLanes == 16 ? 4 : 2;

template <class W>
inline void add_one(float* __restrict out, float x, const W* __restrict w, Index columns) {
#pragma omp simd
  for (Index c = 0; c < columns; ++c) out[c] += x * as_float(w[c]);
}

/// out [columns] += x [kDepth] w, one product after another. Reads one cache line of each row of w
/// at a time, and prefetches the next rows meanwhile.
template <class W>
inline void add_block(float* out, const float* x, const W* w, Index stride, Index columns) {
  constexpr Index kLine = 64 / sizeof(W);
  Index c = 0;
  for (; c + kLine <= columns; c += kLine) {
    for (Index d = kDepth; d < 2 * kDepth; ++d) ask_for(w + d * stride + c);
    for (Index at = c; at < c + kLine; at += kLanes) {
      Vector sum = load(out + at);
      for (Index d = 0; d < kDepth; ++d) sum += x[d] * load(w + d * stride + at);
      store(out + at, sum);
    }
  }
  for (Index d = 0; d < kDepth; ++d) add_one(out + c, x[d], w + d * stride + c, columns - c);
}

/// Processes `count` rows of out and x at a time and keeps their sums in registers. w is [depth,
/// kAcross].
template <Index count>
inline void add_panel(float* out, Index out_stride, const float* x, Index x_stride, const float* w,
                      Index depth, Index columns) {
  Index c = 0;
  for (; c + kVectors * kLanes <= columns; c += kVectors * kLanes) {
    Vector sum[count][kVectors];
    for (Index i = 0; i < count; ++i) {
      for (Index v = 0; v < kVectors; ++v) sum[i][v] = load(out + i * out_stride + c + v * kLanes);
    }
    for (Index d = 0; d < depth; ++d) {
      const float* const at = w + d * kAcross + c;
      for (Index i = 0; i < count; ++i) {
        for (Index v = 0; v < kVectors; ++v)
          sum[i][v] += x[i * x_stride + d] * load(at + v * kLanes);
      }
    }
    for (Index i = 0; i < count; ++i) {
      for (Index v = 0; v < kVectors; ++v) store(out + i * out_stride + c + v * kLanes, sum[i][v]);
    }
  }
  for (Index i = 0; i < count; ++i) {
    for (Index d = 0; d < depth; ++d) {
      add_one(out + i * out_stride + c, x[i * x_stride + d], w + d * kAcross + c, columns - c);
    }
  }
}

template <class W>
inline void add_to_rows(float* out, Index out_stride, const float* x, Index x_stride, const W* w,
                        Index w_stride, Index n, Index depth, Index columns) {
  constexpr Index kLine = 64 / sizeof(W);
  alignas(64) float wide[kDeep * kAcross];
  for (Index d = 0; d < depth; d += kDeep) {
    const Index deep = depth - d < kDeep ? depth - d : kDeep;
    for (Index c = 0; c < columns; c += kAcross) {
      const Index across = columns - c < kAcross ? columns - c : kAcross;
      for (Index k = 0; k < deep; ++k) {
        const W* const row = w + (d + k) * w_stride + c;
        for (Index at = 0; at < across; at += kLine) ask_for(row + kDeep * w_stride + at);
#pragma omp simd
        for (Index at = 0; at < across; ++at) wide[k * kAcross + at] = as_float(row[at]);
      }
      Index i = 0;
      for (; i + kRows <= n; i += kRows) {
        add_panel<kRows>(out + i * out_stride + c, out_stride, x + i * x_stride + d, x_stride, wide,
                         deep, across);
      }
      for (; i < n; ++i) {
        add_panel<1>(out + i * out_stride + c, 0, x + i * x_stride + d, 0, wide, deep, across);
      }
    }
  }
}

template <class W>
inline void add_product(float* out, Index out_stride, const float* x, Index x_stride, const W* w,
                        Index w_stride, Index n, Index depth, Index columns) {
  if (n > 1) return add_to_rows(out, out_stride, x, x_stride, w, w_stride, n, depth, columns);
  Index d = 0;
  for (; d + kDepth <= depth; d += kDepth) {
    add_block(out, x + d, w + d * w_stride, w_stride, columns);
  }
  for (; d < depth; ++d) add_one(out, x[d], w + d * w_stride, columns);
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

}  // namespace amt::cpu::AMT_ISA

#endif
