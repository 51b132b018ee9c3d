// The plug-in's own launching functions and kernels, as one unit of plain C++.
#include "cuda_on_cpu.hpp"
// After it.
#include "fake_cuda.hpp"
#include "src/cuda/launch.cu"
#include "src/cuda/launch_layernorm.cu"

namespace amt::cuda::fake {

void finish_before_launches() { gpu::before_launch = finish; }

}  // namespace amt::cuda::fake
