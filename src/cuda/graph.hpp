// Records a stream's work as a CUDA graph.
#pragma once

#include <cuda_runtime_api.h>

#include <functional>
#include <memory>

#include "amt/ops/ops.hpp"

namespace amt::cuda {

/// Implements OpsMemory::record. `work` must queue its operators on `stream`, and nothing else may
/// queue work there in the meantime.
std::unique_ptr<Recording> record_graph(int device, cudaStream_t stream,
                                        const std::function<void()>& work);

}  // namespace amt::cuda
