// Products with rows of bf16 that are read in place, such as keys, values and the embedding, on
// CPUs with AMX.
#pragma once

#include "amt/gemm/bf16.hpp"
#include "base/instruction_sets.hpp"

// Only the instruction set "amx" implements these two.

/// out [count, n] = w [count, width] x^T, for n rows that are stored in pairs: x [width / 2, n, 2].
/// n is at most 16, width a multiple of 64.
AMT_KERNEL(void, tile_dots_bf16,
           (float* out, const Bf16* x, std::int64_t n, const Bf16* w, std::int64_t w_stride,
            std::int64_t count, std::int64_t width));
/// out [width] = p [count] w [count, width], with p rounded to bf16. width is a multiple of 64.
AMT_KERNEL(void, weighted_sum_bf16,
           (float* out, const float* p, const Bf16* w, std::int64_t w_stride, std::int64_t count,
            std::int64_t width));

#ifndef AMT_ISA

#include "base/context.hpp"

namespace amt::cpu {

/// Returns whether the kernels can be used for rows of this width.
bool has_tile_dots(Dim width);

/// few_rows_dots() with tiles.
void tile_dots(Context<Bf16>& cpu, float* out, const Bf16* x, Dim step, const Bf16* w, Dim n,
               Dim count, Dim width);

}  // namespace amt::cpu

#endif
