// GELU by amt's own kernels, for products that cuBLASLt cannot combine with GELU, or not as fast.
#pragma once

#include <cuda_runtime_api.h>

#include "amt/kernels/bf16.hpp"
#include "amt/ops/types.hpp"

namespace amt::cuda {

/// out = gelu(pre) [count], a multiple of 8; all aligned to 16 bytes.
void launch_gelu_forward(cudaStream_t stream, Bf16* out, const Bf16* pre, Dim count);
/// dx [count] *= gelu'(pre)
void launch_gelu_backward(cudaStream_t stream, Bf16* dx, const Bf16* pre, Dim count);

}  // namespace amt::cuda
