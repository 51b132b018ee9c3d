// The CPU's Ops: oneDNN for matrix products, OpenMP and vector loops for the rest. fp32 throughout.
#pragma once

#include <memory>

#include "amt/ops/ops.hpp"

namespace amt {

/// `threads` as given, or for 0 as OpenMP would choose (OMP_NUM_THREADS, the cores this process may
/// use). UsageError if negative.
std::unique_ptr<Ops> make_cpu_ops(int threads);

}  // namespace amt
