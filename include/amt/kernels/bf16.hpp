// The type of activations on a GPU.
#pragma once

#include <cuda_bf16.h>

namespace amt::gpu {
using Bf16 = __nv_bfloat16;
}  // namespace amt::gpu

namespace amt::cuda {
using gpu::Bf16;
}  // namespace amt::cuda
