// The Reducer that uses NCCL, for one stream of one device.
#pragma once

#include <cuda_runtime.h>

#include <memory>

#include "amt/collective/buckets.hpp"
#include "amt/collective/reducer.hpp"
#include "amt/mpi/communicator.hpp"

namespace amt::cuda {

/// Like make_nccl_reducer() in cuda_ops.hpp, but for any stream: `compute` is the stream that
/// writes and reads the gradients. Collective; the communicator and the stream must outlive it.
/// `deterministic`: see OpsOptions. Sums are started in pieces of `bucket` floats.
std::unique_ptr<Reducer> make_nccl_reducer(int device, cudaStream_t compute,
                                           const mpi::Communicator& communicator, double seconds,
                                           bool deterministic = true,
                                           std::int64_t bucket = kBucketFloats);

}  // namespace amt::cuda
