// The device that a rank computes on, and the reducer among the ranks; chosen once per job.
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
  bool deterministic = true;  ///< of a GPU; a CPU is anyway
  std::string cpu_only;       ///< why kAuto must take the CPU; "": it need not
  std::function<std::unique_ptr<Ops>()> make_cpu_ops;
};

struct Device {
  std::unique_ptr<Ops> ops;
  std::unique_ptr<Reducer> reducer;      ///< declared after `ops`: it ends before
  const cuda::Plugin* plugin = nullptr;  ///< null on the CPU
  cuda::DeviceInfo info;                 ///< of a GPU, with what is free now
  int sharing = 1;                       ///< ranks on this GPU, or on this host's CPU
  std::string remark;  ///< why the CPU, why not NCCL; "" if there is nothing to say
};

/// Collective. One kind of device for all ranks: one GPU per rank by rank_on_host, and NCCL among
/// them; where ranks share a GPU, as NCCL refuses, MPI through host memory. CollectiveError if
/// kCuda is asked for and a rank has none. The communicator outlives the result.
Device open_device(const DeviceRequest& request, const mpi::Communicator& world);

/// Collective. Has a GPU prepare for attention of whole rows, and its gradient if `backward`: then
/// ops->description() says how it is computed. Warns on rank 0 if that is by much slower code than
/// was asked for. CollectiveError if it cannot be computed.
void prepare_attention(const Device& device, const AttentionShape& shape, bool backward,
                       const mpi::Communicator& world);

}  // namespace amt
