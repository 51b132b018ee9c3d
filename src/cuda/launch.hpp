// Starts a kernel. By nvcc on the device; where the tests compile the launching functions as
// plain C++, after tests/cuda/cuda_on_cpu.hpp, on the CPU.
#pragma once

#include "amt/kernels/shapes.hpp"
#include "device.hpp"

namespace amt::cuda {

/// A number of blocks or threads as CUDA takes it. Grids of the shapes that fit into a card's
/// memory are far below CUDA's limit of 2^31 - 1 blocks.
inline unsigned narrow(Dim n) { return static_cast<unsigned>(n); }

struct Grid {
  Dim x;
  Dim y = 1;
};

/// Queues kernel(arguments...). Error if it cannot be started; what fails later is found later.
template <class... Parameters, class... Arguments>
void start([[maybe_unused]] cudaStream_t stream, Grid grid, Dim threads, const char* name,
           void (*kernel)(Parameters...), const Arguments&... arguments) {
#ifdef __CUDACC__
  kernel<<<dim3(narrow(grid.x), narrow(grid.y)), narrow(threads), 0, stream>>>(
      static_cast<Parameters>(arguments)...);
#else
  gpu::launch(gpu::Order::kShuffled, {narrow(grid.x), narrow(grid.y)}, narrow(threads), kernel,
              static_cast<Parameters>(arguments)...);
#endif
  check(cudaGetLastError(), name);
}

}  // namespace amt::cuda
