// Starts a kernel: on the device if compiled by nvcc, on the CPU if a test compiles it as plain C++
// after tests/cuda/cuda_on_cpu.hpp.
#pragma once

#include "amt/kernels/shapes.hpp"
#include "device.hpp"

namespace amt::cuda {

/// Converts a number of blocks or threads to CUDA's type. Shapes that fit in a card's memory need
/// far fewer blocks than CUDA's limit of 2^31 - 1.
inline unsigned narrow(Dim n) { return static_cast<unsigned>(n); }

struct Grid {
  Dim x;
  Dim y = 1;
};

/// Queues kernel(arguments...). Throws an Error if it cannot be started; later calls report later
/// failures.
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
