// Implements tile_product_int8() and in_two_bytes() from tiles.hpp.
#include "tiles.hpp"

#ifdef AMT_ISA

#ifdef __x86_64__
#include <immintrin.h>
#endif

#include "base/tile_shapes.hpp"

namespace amt::cpu::AMT_ISA {
namespace {

using Index = std::int64_t;

// One row's sums in the columns of a panel, separately for the row's high and low bytes.
struct Sums {
  alignas(64) std::int32_t high[kPanel], low[kPanel];
};

inline void store_sums(float* out, const Sums& sums, float row_step, const float* column_steps) {
  for (Index c = 0; c < kPanel; ++c) {
    const float sum = static_cast<float>(sums.high[c]) * 256 + static_cast<float>(sums.low[c]);
    out[c] = sum * row_step * column_steps[c];
  }
}

#ifdef __AMX_TILE__

/// Tiles 0 to 3 hold the sums and 4 and 5 hold x, in n rows each; 6 and 7 hold the matrix.
inline void use_tiles(Index n) {
  TileShapes shapes;
  for (int tile = 0; tile < 8; ++tile) shapes.set(tile, tile < 6 ? n : kTileRows, 64);
  _tile_loadconfig(&shapes);
}

#else

#if defined(__AVX512BW__)
constexpr Index kPairs = 16;  // per register; a column takes two, because it has four bytes
using Pairs = __m512i;
inline Pairs load(const std::int8_t* from) {
  return _mm512_cvtepi8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)));
}
inline Pairs all_the_same(std::int32_t four) {
  return _mm512_cvtepi8_epi16(_mm256_set1_epi32(four));
}
inline Pairs add_products(Pairs sum, Pairs a, Pairs b) {
  return _mm512_add_epi32(sum, _mm512_madd_epi16(a, b));
}
#elif defined(__AVX2__)
constexpr Index kPairs = 8;
using Pairs = __m256i;
inline Pairs load(const std::int8_t* from) {
  return _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
}
inline Pairs all_the_same(std::int32_t four) { return _mm256_cvtepi8_epi16(_mm_set1_epi32(four)); }
inline Pairs add_products(Pairs sum, Pairs a, Pairs b) {
  return _mm256_add_epi32(sum, _mm256_madd_epi16(a, b));
}
#else
constexpr Index kPairs = 2;
struct Pairs {
  std::int32_t of[4];  // two sums of two products each, or the four factors of a column
};
inline Pairs load(const std::int8_t* from) { return {{from[0], from[1], from[2], from[3]}}; }
inline Pairs all_the_same(std::int32_t four) {
  std::int8_t bytes[4];
  __builtin_memcpy(bytes, &four, 4);
  return load(bytes);
}
inline Pairs add_products(const Pairs& sum, const Pairs& a, const Pairs& b) {
  return {{sum.of[0] + a.of[0] * b.of[0] + a.of[1] * b.of[1],
           sum.of[1] + a.of[2] * b.of[2] + a.of[3] * b.of[3]}};
}
#endif

/// Columns whose sums fit in four registers.
constexpr Index kSome = 4 * kPairs / 2;

inline void add_some(Sums& sums, Index first, const std::int8_t* high, const std::int8_t* low,
                     const std::int8_t* tiles, Index depth) {
  constexpr Index kFour = 4, kRow = kTileColumns * kFour;
  Pairs of_high[kFour] = {}, of_low[kFour] = {};
  for (Index d = 0; d < depth; d += kFour) {
    const Index tile = d / kTileDepth<std::int8_t> * 2;
    const Index row = d % kTileDepth<std::int8_t> / kFour;
    std::int32_t four_high, four_low;
    __builtin_memcpy(&four_high, high + d, kFour);
    __builtin_memcpy(&four_low, low + d, kFour);
    const Pairs x_high = all_the_same(four_high), x_low = all_the_same(four_low);
    for (Index v = 0; v < kFour; ++v) {
      const Index column = first + v * kPairs / 2;
      const Pairs w = load(tiles + (tile + column / kTileColumns) * kTileBytes + row * kRow +
                           column % kTileColumns * kFour);
      of_high[v] = add_products(of_high[v], w, x_high);
      of_low[v] = add_products(of_low[v], w, x_low);
    }
  }
  for (Index v = 0; v < kFour; ++v) {
    std::int32_t pairs_high[sizeof(Pairs) / 4], pairs_low[sizeof(Pairs) / 4];
    __builtin_memcpy(pairs_high, &of_high[v], sizeof(Pairs));
    __builtin_memcpy(pairs_low, &of_low[v], sizeof(Pairs));
    for (Index c = 0; c < kPairs / 2; ++c) {
      sums.high[first + v * kPairs / 2 + c] = pairs_high[2 * c] + pairs_high[2 * c + 1];
      sums.low[first + v * kPairs / 2 + c] = pairs_low[2 * c] + pairs_low[2 * c + 1];
    }
  }
}

#endif

}  // namespace

#ifdef __AMX_TILE__

void tile_product_int8(float* out, Index out_stride, const std::int8_t* high,
                       const std::int8_t* low, const float* row_steps, Index n,
                       const std::int8_t* tiles, const float* column_steps, Index depth,
                       Index panels) {
  Sums sums[kTileRows];
  use_tiles(n);
  for (Index panel = 0; panel < panels; ++panel) {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    for (Index d = 0; d < depth; d += kTileDepth<std::int8_t>, tiles += 2 * kTileBytes) {
      _tile_loadd(4, high + d, depth);
      _tile_loadd(5, low + d, depth);
      _tile_loadd(6, tiles, 64);
      _tile_dpbssd(0, 4, 6);
      _tile_dpbssd(1, 5, 6);
      _tile_loadd(7, tiles + kTileBytes, 64);
      _tile_dpbssd(2, 4, 7);
      _tile_dpbssd(3, 5, 7);
    }
    _tile_stored(0, sums[0].high, sizeof(Sums));
    _tile_stored(1, sums[0].low, sizeof(Sums));
    _tile_stored(2, sums[0].high + kTileColumns, sizeof(Sums));
    _tile_stored(3, sums[0].low + kTileColumns, sizeof(Sums));
    for (Index i = 0; i < n; ++i) {
      store_sums(out + i * out_stride + panel * kPanel, sums[i], row_steps[i],
                 column_steps + panel * kPanel);
    }
  }
  _tile_release();
}

#else

void tile_product_int8(float* out, Index out_stride, const std::int8_t* high,
                       const std::int8_t* low, const float* row_steps, Index n,
                       const std::int8_t* tiles, const float* column_steps, Index depth,
                       Index panels) {
  for (Index panel = 0; panel < panels; ++panel, tiles += depth * kPanel) {
    for (Index i = 0; i < n; ++i) {
      Sums sums;
      for (Index c = 0; c < kPanel; c += kSome) {
        add_some(sums, c, high + i * depth, low + i * depth, tiles, depth);
      }
      store_sums(out + i * out_stride + panel * kPanel, sums, row_steps[i],
                 column_steps + panel * kPanel);
    }
  }
}

#endif

float in_two_bytes(std::int8_t* high, std::int8_t* low, const float* x, Index width) {
  constexpr float kMost = 127 * 256 + 127, kRound = 12582912.0f;  // 1.5 * 2^23: adding it rounds
  float largest = 0, nothing = 0;  // `nothing` becomes NaN if any x is not finite
#pragma omp simd reduction(max : largest) reduction(+ : nothing)
  for (Index c = 0; c < width; ++c) {
    const float size = x[c] < 0 ? -x[c] : x[c];
    largest = size > largest ? size : largest;
    nothing += 0 * x[c];
  }
  const float steps = largest > 0 ? kMost / largest : 0;
#pragma omp simd
  for (Index c = 0; c < width; ++c) {
    const std::uint32_t bits = __builtin_bit_cast(std::uint32_t, x[c] * steps + kRound);
    const auto whole = static_cast<std::int32_t>((bits & 0x7fffffu) - 0x400000u);
    const std::int32_t upper = (whole + 128) >> 8;
    high[c] = static_cast<std::int8_t>(upper);
    low[c] = static_cast<std::int8_t>(whole - upper * 256);
  }
  return largest / kMost + nothing;
}

}  // namespace amt::cpu::AMT_ISA

#endif
