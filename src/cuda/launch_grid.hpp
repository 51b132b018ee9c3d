// What launching functions share.
#pragma once

#include "device.hpp"
#include "shapes.hpp"

namespace amt::cuda {

/// A grid's number of blocks or threads. Grids of the shapes that fit into a card's memory are far
/// below CUDA's limit of 2^31 - 1 blocks.
inline unsigned count(Dim n) { return static_cast<unsigned>(n); }

/// After each launch: it fails here, what it does later.
inline void check_launch(const char* what) { check(cudaGetLastError(), what); }

}  // namespace amt::cuda
