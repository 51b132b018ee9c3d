// Products of few rows with a matrix that was cut into tiles before, each of which lies in one
// piece, so that reading all of them is reading memory from end to end. A tile has 16 rows of 64
// bytes: of 16 columns the next 2 (bf16) or 4 (int8) of their depth in each row. Two side by side,
// then the two below them, make a panel of 32 columns, and the panels follow each other; what
// sticks out of the matrix is zero.
#pragma once

#include "amt/gemm/bf16.hpp"
#include "base/instruction_sets.hpp"

namespace amt::cpu {

inline constexpr std::int64_t kTileRows = 16, kTileColumns = 16, kTileBytes = 1024;
inline constexpr std::int64_t kPanel = 2 * kTileColumns;  ///< columns

/// Elements E of a column in one row of a tile, and in the whole tile.
template <class E>
inline constexpr std::int64_t kTogether = 4 / sizeof(E);
template <class E>
inline constexpr std::int64_t kTileDepth = kTileRows* kTogether<E>;

}  // namespace amt::cpu

/// out [n, panels * kPanel] = x [n, depth] times the panels; n at most 16, depth a multiple of
/// kTileDepth. Only the set "amx" has it.
AMT_KERNEL(void, tile_product_bf16,
           (float* out, std::int64_t out_stride, const Bf16* x, std::int64_t n, const Bf16* tiles,
            std::int64_t depth, std::int64_t panels));
/// The same of rows 256 high + low, times the row's step and the column's. The sums are of whole
/// numbers: so every instruction set gives the same.
AMT_KERNEL(void, tile_product_int8,
           (float* out, std::int64_t out_stride, const std::int8_t* high, const std::int8_t* low,
            const float* row_steps, std::int64_t n, const std::int8_t* tiles,
            const float* column_steps, std::int64_t depth, std::int64_t panels));
/// x [width] to the nearest multiples of the step that is returned, 256 high + low of it.
AMT_KERNEL(float, in_two_bytes,
           (std::int8_t * high, std::int8_t* low, const float* x, std::int64_t width));

#ifndef AMT_ISA

#include "base/context.hpp"

namespace amt::cpu {

/// out [n, columns] = x [n, depth] times a matrix + bias [columns], with all threads; n at most 16.
/// `matrix` is what Context::tiled() gave.
template <class T>
void tiled_affine(Context<T>& cpu, T* out, const T* x, const TiledMatrix& matrix, const float* bias,
                  Dim n);

/// Cuts `weight` [depth, columns] into tiles: of bf16, or with `int8` as amt/ops/int8_weights.hpp
/// rounds.
TiledMatrix cut_into_tiles(Ops& memory, int threads, const float* weight, Dim depth, Dim columns,
                           bool int8);

}  // namespace amt::cpu

#endif
