// Matrix products with few rows on the left, as in generation, where nearly all the work is reading
// the right-hand matrix. Libraries optimise products for many rows, and their order of summation
// depends on the number of rows; here the sums of a row have the same order whatever the other rows
// are.
#pragma once

#include "amt/gemm/bf16.hpp"
#include "amt/ops/types.hpp"
#include "base/instruction_sets.hpp"

/// out [n, columns] += x [n, depth] w [depth, columns]. Strides are in elements from row to row.
AMT_KERNEL(void, add_product_f32,
           (float* out, std::int64_t out_stride, const float* x, std::int64_t x_stride,
            const float* w, std::int64_t w_stride, std::int64_t n, std::int64_t depth,
            std::int64_t columns));
AMT_KERNEL(void, add_product_bf16,
           (float* out, std::int64_t out_stride, const float* x, std::int64_t x_stride,
            const Bf16* w, std::int64_t w_stride, std::int64_t n, std::int64_t depth,
            std::int64_t columns));
/// out [n, count] = x [n, width] w^T, w [count, width].
AMT_KERNEL(void, dot_rows_f32,
           (float* out, std::int64_t out_stride, const float* x, std::int64_t n, const float* w,
            std::int64_t w_stride, std::int64_t count, std::int64_t width));
AMT_KERNEL(void, dot_rows_bf16,
           (float* out, std::int64_t out_stride, const float* x, std::int64_t n, const Bf16* w,
            std::int64_t w_stride, std::int64_t count, std::int64_t width));

#ifndef AMT_ISA

#include "base/context.hpp"

namespace amt::cpu {

/// Products with more rows than this are left to a library.
inline constexpr Dim kFewRows = 16;

template <class... Strides>
void add_product(float* out, Dim out_stride, const float* x, Dim x_stride, const float* w,
                 Strides... rest) {
  add_product_f32(out, out_stride, x, x_stride, w, rest...);
}
template <class... Strides>
void add_product(float* out, Dim out_stride, const float* x, Dim x_stride, const Bf16* w,
                 Strides... rest) {
  add_product_bf16(out, out_stride, x, x_stride, w, rest...);
}
template <class... Strides>
void dot_rows(float* out, Dim out_stride, const float* x, Dim n, const float* w, Strides... rest) {
  dot_rows_f32(out, out_stride, x, n, w, rest...);
}
template <class... Strides>
void dot_rows(float* out, Dim out_stride, const float* x, Dim n, const Bf16* w, Strides... rest) {
  dot_rows_bf16(out, out_stride, x, n, w, rest...);
}

/// out [n, columns] = x [n, depth] w [depth, columns] + bias [columns], with all threads; n at most
/// kFewRows.
template <class T>
void few_rows_affine(Context<T>& cpu, T* out, const T* x, const T* w, const float* bias, Dim n,
                     Dim depth, Dim columns);

/// out [n, count] = rows 0, step, ... of x [., width] times w^T, w [count, width].
template <class T>
void few_rows_dots(Context<T>& cpu, float* out, const T* x, Dim step, const T* w, Dim n, Dim count,
                   Dim width);

}  // namespace amt::cpu

#endif
