// Kernel launches that are shared by several operators. Widths must be multiples of 8.
#pragma once

#include <cuda_runtime_api.h>

#include "amt/kernels/bf16.hpp"
#include "amt/ops/types.hpp"

namespace amt::cuda {

/// first, second [width] += sums over partial [count, 2, width].
void launch_add_pairs(cudaStream_t stream, float* first, float* second, const float* partial,
                      Dim count, Dim width);
/// sums [width] += column sums of x [n, width]. partial has shares_of(n).count x width floats.
void launch_column_sums(cudaStream_t stream, float* sums, float* partial, const Bf16* x, Dim n,
                        Dim width);
/// out = x [n], rounded; both aligned to 16 bytes.
void launch_to_bf16(cudaStream_t stream, Bf16* out, const float* x, Dim n);

}  // namespace amt::cuda
