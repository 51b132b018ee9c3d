// Products of few rows with a matrix that was cut into tiles beforehand. Each tile is contiguous,
// so that a product reads the matrix sequentially. A tile has 16 rows of 64 bytes; each row
// contains 2 (bf16) or 4 (int8) elements, consecutive in depth, of each of 16 columns. A panel of
// 32 columns consists of two adjacent tiles, then the two below them and so on; panels follow one
// another. Elements outside the matrix are zero.
#pragma once

#include "amt/gemm/bf16.hpp"
#include "base/instruction_sets.hpp"

namespace amt::cpu {

inline constexpr std::int64_t kTileRows = 16, kTileColumns = 16, kTileBytes = 1024;
inline constexpr std::int64_t kPanel = 2 * kTileColumns;  ///< columns

/// The number of a column's elements E in one row of a tile, and in the whole tile.
template <class E>
inline constexpr std::int64_t kTogether = 4 / sizeof(E);
template <class E>
inline constexpr std::int64_t kTileDepth = kTileRows* kTogether<E>;

}  // namespace amt::cpu

/// out [n, panels * kPanel] = x [n, depth] times the panels; n is at most 16, depth a multiple of
/// kTileDepth. Only the instruction set "amx" implements it.
AMT_KERNEL(void, tile_product_bf16,
           (float* out, std::int64_t out_stride, const Bf16* x, std::int64_t n, const Bf16* tiles,
            std::int64_t depth, std::int64_t panels));
/// The same for rows of 256 high + low, multiplied by the row's step and the column's. The sums are
/// integers, so all instruction sets give the same result.
AMT_KERNEL(void, tile_product_int8,
           (float* out, std::int64_t out_stride, const std::int8_t* high, const std::int8_t* low,
            const float* row_steps, std::int64_t n, const std::int8_t* tiles,
            const float* column_steps, std::int64_t depth, std::int64_t panels));
/// Rounds x [width] to multiples, 256 high + low, of a step, and returns the step.
AMT_KERNEL(float, in_two_bytes,
           (std::int8_t * high, std::int8_t* low, const float* x, std::int64_t width));

#ifndef AMT_ISA

#include "base/context.hpp"

namespace amt::cpu {

/// out [n, columns] = x [n, depth] times a matrix + bias [columns], with all threads; n is at most
/// 16. `matrix` comes from Context::tiled().
template <class T>
void tiled_affine(Context<T>& cpu, T* out, const T* x, const TiledMatrix& matrix, const float* bias,
                  Dim n);

/// Cuts `weight` [depth, columns] into tiles of bf16, or, if `int8`, of 8-bit numbers as in
/// amt/ops/int8_weights.hpp.
TiledMatrix cut_into_tiles(Ops& memory, int threads, const float* weight, Dim depth, Dim columns,
                           bool int8);

}  // namespace amt::cpu

#endif
