// The device that a rank computes on, and the reducer that connects the ranks; both are chosen once
// per job.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "amt/collective/reducer.hpp"
#include "amt/device/offer.hpp"
#include "amt/mpi/communicator.hpp"
#include "amt/ops/ops.hpp"

namespace amt {

struct DeviceRequest {
  DeviceKind kind = DeviceKind::kAuto;
  cuda::Attention attention = cuda::Attention::kAuto;
  bool deterministic = true;  ///< for a GPU; a CPU always is deterministic
  std::string cpu_only;       ///< why kAuto must use the CPU; "" if it may use a GPU
  std::function<std::unique_ptr<Ops>()> make_cpu_ops;
};

struct Device {
  std::unique_ptr<Ops> ops;
  std::unique_ptr<Reducer> reducer;      ///< declared after `ops`, so that it is destroyed first
  const cuda::Plugin* plugin = nullptr;  ///< null on the CPU
  cuda::DeviceInfo info;                 ///< about the GPU, including its free memory
  int sharing = 1;                       ///< ranks on this GPU, or on this host's CPU
  std::string remark;  ///< why a CPU or MPI is used; "" if there is no reason to give
};

/// Collective. Opens the same kind of device on all ranks. With GPUs, each rank uses the one given
/// by rank_on_host, and NCCL connects them, or MPI through host memory if ranks share a GPU, which
/// NCCL does not support. Throws CollectiveError if kCuda is requested and a rank has no GPU. The
/// communicator must outlive the result.
Device open_device(const DeviceRequest& request, const mpi::Communicator& world);

/// Collective. Prepares a GPU for attention over complete rows and, if `backward`, for its
/// gradient; afterwards ops->description() names the implementation. Warns on rank 0 if it is much
/// slower than the requested one. Throws CollectiveError if attention of this shape cannot be
/// computed.
void prepare_attention(const Device& device, const AttentionShape& shape, bool backward,
                       const mpi::Communicator& world);

}  // namespace amt
