// Rows of activations as fp32, the type that kernels use: rows of floats in place, rows of bf16 by
// way of per-thread scratch rows.
#pragma once

#include <algorithm>

#include "amt/gemm/bf16.hpp"
#include "amt/ops/types.hpp"
#include "base/instruction_sets.hpp"

// Rounds to the nearest bf16, ties to even; NaN stays NaN.
AMT_KERNEL(void, to_bf16, (Bf16 * out, const float* x, std::int64_t n));
AMT_KERNEL(void, to_float, (float* out, const Bf16* x, std::int64_t n));
/// to += x.
AMT_KERNEL(void, add_row, (float* to, const float* x, std::int64_t n));

#ifndef AMT_ISA

namespace amt::cpu {

/// Returns scratch row number `which` (0 to 3) of the calling thread, with at least `width` floats.
/// It is valid until the thread requests the same number again.
float* scratch_row(int which, Dim width);

/// Converts `row` to floats in scratch row `which`.
inline float* widen_row(const Bf16* row, int which, Dim width) {
  float* floats = scratch_row(which, width);
  to_float(floats, row, width);
  return floats;
}

/// Returns `row` as floats, for reading.
inline const float* read_row(const float* row, int, Dim) { return row; }
inline const float* read_row(const Bf16* row, int which, Dim width) {
  return widen_row(row, which, width);
}

/// Returns the memory for floats that store_row() will write to `row`, which may stay unchanged
/// until then.
inline float* begin_row(float* row, int, Dim) { return row; }
inline float* begin_row(Bf16*, int which, Dim width) { return scratch_row(which, width); }
inline void store_row(float*, const float*, Dim) {}
inline void store_row(Bf16* row, const float* floats, Dim width) { to_bf16(row, floats, width); }

/// row = floats.
inline void copy_row(float* row, const float* floats, Dim width) {
  std::copy(floats, floats + width, row);
}
inline void copy_row(Bf16* row, const float* floats, Dim width) { store_row(row, floats, width); }

/// Like begin_row(), but the floats are initialised with the values of `row`.
inline float* change_row(float* row, int, Dim) { return row; }
inline float* change_row(Bf16* row, int which, Dim width) { return widen_row(row, which, width); }

}  // namespace amt::cpu

#endif
