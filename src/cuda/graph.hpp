// Work of a stream that was recorded as a CUDA graph.
#pragma once

#include <cuda_runtime_api.h>

#include <functional>
#include <memory>

#include "amt/ops/ops.hpp"

namespace amt::cuda {

/// See OpsMemory::record. `work` queues its operators on `stream`, and nothing else queues work
/// there meanwhile.
std::unique_ptr<Recording> record_graph(int device, cudaStream_t stream,
                                        const std::function<void()>& work);

}  // namespace amt::cuda
