#include "tile_dots.hpp"

#ifdef AMT_ISA

#include "base/bits.hpp"
#include "base/tile_shapes.hpp"

namespace amt::cpu::AMT_ISA {

using Index = std::int64_t;

#ifdef __AMX_TILE__

namespace {

constexpr Index kRows = 16, kDeep = 32;

/// Prefetches the rows of the next tile, which are too far apart for hardware prefetching.
inline void ask_for_rows(const Bf16* w, Index stride, Index rows, Index width) {
  constexpr Index kLine = 64 / sizeof(Bf16);
  for (Index row = 0; row < rows; ++row) {
    for (Index c = 0; c < width; c += kLine) __builtin_prefetch(w + row * stride + c);
  }
}

}  // namespace

// Tile 0 holds the sums, 1 and 2 hold w, 3 and 4 hold x; 5, 6 and 7 are for the last rows.
void tile_dots_bf16(float* out, const Bf16* x, Index n, const Bf16* w, Index w_stride, Index count,
                    Index width) {
  const Index rest = count % kRows, out_bytes = n * sizeof(float),
              w_bytes = w_stride * sizeof(Bf16);
  TileShapes shapes;
  shapes.set(0, kRows, out_bytes);
  shapes.set(1, kRows, 64);
  shapes.set(2, kRows, 64);
  shapes.set(3, kRows, out_bytes);
  shapes.set(4, kRows, out_bytes);
  shapes.set(5, rest, rest > 0 ? out_bytes : 0);
  shapes.set(6, rest, rest > 0 ? 64 : 0);
  shapes.set(7, rest, rest > 0 ? 64 : 0);
  _tile_loadconfig(&shapes);
  const bool x_stays = width == 2 * kDeep;
  const auto load_x = [&](Index d) {
    _tile_loadd(3, x + d * n, out_bytes);
    _tile_loadd(4, x + (d + kDeep) * n, out_bytes);
  };
  load_x(0);
  Index row = 0;
  for (; row + kRows <= count; row += kRows) {
    const Bf16* const rows = w + row * w_stride;
    const Index next = count - row - kRows;
    if (x_stays)
      ask_for_rows(rows + kRows * w_stride, w_stride, next < kRows ? next : kRows, width);
    _tile_zero(0);
    for (Index d = 0; d < width; d += 2 * kDeep) {
      if (!x_stays) load_x(d);
      _tile_loadd(1, rows + d, w_bytes);
      _tile_dpbf16ps(0, 1, 3);
      _tile_loadd(2, rows + d + kDeep, w_bytes);
      _tile_dpbf16ps(0, 2, 4);
    }
    _tile_stored(0, out + row * n, out_bytes);
  }
  if (rest > 0) {
    const Bf16* const rows = w + row * w_stride;
    _tile_zero(5);
    for (Index d = 0; d < width; d += 2 * kDeep) {
      if (!x_stays) load_x(d);
      _tile_loadd(6, rows + d, w_bytes);
      _tile_dpbf16ps(5, 6, 3);
      _tile_loadd(7, rows + d + kDeep, w_bytes);
      _tile_dpbf16ps(5, 7, 4);
    }
    _tile_stored(5, out + row * n, out_bytes);
  }
  _tile_release();
}

// Processes two rows of w at a time and interleaves their columns, four of one and four of the
// other.
void weighted_sum_bf16(float* out, const float* p, const Bf16* w, Index w_stride, Index count,
                       Index width) {
  constexpr Index kHalf = 32, kBlock = 16;
  for (Index c = 0; c < width; c += 2 * kHalf) {
    __m512 sum[4] = {};
    for (Index begin = 0; begin < count; begin += kBlock) {
      const Index rows = count - begin < kBlock ? count - begin : kBlock;
      const auto some = static_cast<__mmask16>((1u << rows) - 1);
      const __m256bh narrow = _mm512_cvtneps_pbh(_mm512_maskz_loadu_ps(some, p + begin));
      std::int32_t pairs[kBlock / 2];
      __builtin_memcpy(pairs, &narrow, sizeof pairs);
      for (Index row = 0; row < rows; row += 2) {
        const Bf16* const a = w + (begin + row) * w_stride + c;
        const Bf16* const b = row + 1 < rows ? a + w_stride : a;  // its factor is 0
        const auto both = reinterpret_cast<__m512bh>(_mm512_set1_epi32(pairs[row / 2]));
        for (Index half = 0; half < 2; ++half) {
          __builtin_prefetch(a + kBlock * w_stride + half * kHalf);
          __builtin_prefetch(b + kBlock * w_stride + half * kHalf);
          const __m512i of_a = _mm512_loadu_si512(a + half * kHalf);
          const __m512i of_b = _mm512_loadu_si512(b + half * kHalf);
          const auto low = reinterpret_cast<__m512bh>(_mm512_unpacklo_epi16(of_a, of_b));
          const auto upper = reinterpret_cast<__m512bh>(_mm512_unpackhi_epi16(of_a, of_b));
          sum[2 * half] = _mm512_dpbf16_ps(sum[2 * half], low, both);
          sum[2 * half + 1] = _mm512_dpbf16_ps(sum[2 * half + 1], upper, both);
        }
      }
    }
    for (Index half = 0; half < 2; ++half) {
      float lows[16], uppers[16];
      _mm512_storeu_ps(lows, sum[2 * half]);
      _mm512_storeu_ps(uppers, sum[2 * half + 1]);
      for (Index k = 0; k < 16; ++k) {
        float* const eight = out + c + half * kHalf + k / 4 * 8;
        eight[k % 4] = lows[k];
        eight[4 + k % 4] = uppers[k];
      }
    }
  }
}

#else

void tile_dots_bf16(float*, const Bf16*, Index, const Bf16*, Index, Index, Index) {}
void weighted_sum_bf16(float*, const float*, const Bf16*, Index, Index, Index) {}

#endif

}  // namespace amt::cpu::AMT_ISA

#else

#include <algorithm>

#include "base/parallel.hpp"
#include "rows.hpp"

namespace amt::cpu {
namespace {

constexpr Dim kPiece = 256;  // rows of w

}  // namespace

bool has_tile_dots(Dim width) { return multiplies_tiles() && width % 64 == 0; }

void tile_dots(Context<Bf16>& cpu, float* out, const Bf16* x, Dim step, const Bf16* w, Dim n,
               Dim count, Dim width) {
  auto* const pairs = reinterpret_cast<Bf16*>(cpu.scratch(n * width));
  for (Dim i = 0; i < n; ++i) {
    for (Dim d = 0; d < width; ++d) pairs[(d / 2 * n + i) * 2 + d % 2] = x[i * step * width + d];
  }
  parallel_pieces(cpu.threads(), count, kPiece, [&](Dim begin, Dim end) {
    const Bf16* const rows = w + begin * width;
    if (n == 1) return tile_dots_bf16(out + begin, pairs, n, rows, width, end - begin, width);
    float* const dots = scratch_row(0, kPiece * n);
    tile_dots_bf16(dots, pairs, n, rows, width, end - begin, width);
    for (Dim i = 0; i < n; ++i) {
      for (Dim at = begin; at < end; ++at) out[i * count + at] = dots[(at - begin) * n + i];
    }
  });
}

}  // namespace amt::cpu

#endif
