// The plug-in's Ops, for the other parts of the plug-in.
#pragma once

#include <cuda_runtime_api.h>

#include <memory>
#include <string>

#include "amt/cuda/plugin.hpp"

namespace amt::cuda {

/// An Ops that works on one stream of one device.
class CudaOps : public Ops {
 public:
  virtual int device() const = 0;
  /// Returns the stream on which all its work is queued, in order.
  virtual cudaStream_t stream() const = 0;
  /// Returns OpsOptions::deterministic.
  virtual bool deterministic() const = 0;
  /// See Plugin::prepare_attention.
  virtual std::string prepare_attention(const AttentionShape& shape, bool backward) = 0;
};

/// Creates the Ops of a device. logits_bytes is the largest amount of memory for the LM head's
/// logits at a time, except that a block always has at least 128 positions.
std::unique_ptr<CudaOps> make_cuda_ops(const OpsOptions& options,
                                       std::int64_t logits_bytes = std::int64_t{1} << 30);

/// See Plugin::make_reducer. `ops` must be a CudaOps.
std::unique_ptr<Reducer> make_nccl_reducer(CudaOps& ops, const mpi::Communicator& communicator,
                                           double seconds);

}  // namespace amt::cuda
