// The GPU for a rank, or why it gets none.
#pragma once

#include <string>

#include "amt/base/error.hpp"
#include "amt/cuda/plugin.hpp"
#include "amt/device/device_kind.hpp"

namespace amt {

struct DeviceOffer {
  const cuda::Plugin* plugin = nullptr;  ///< null: compute on the CPU
  int device = 0;
  cuda::DeviceInfo info;
  std::string refusal;  ///< why there is no GPU; "" if there is, or if the CPU was asked for
};

/// What this rank is offered, device rank_on_host % devices. `cpu_only` is a reason to use the CPU
/// where the kind is kAuto; "": none. Local; needs no MPI; starts CUDA only where there is a
/// driver.
DeviceOffer offer_device(DeviceKind kind, const std::string& cpu_only, int rank_on_host);

/// "no GPU is used: " with the refusal, for a job that takes the CPU instead.
std::string unused_gpu(const std::string& refusal);

/// The Error of a rank that must have a GPU and is refused.
Error no_device(const std::string& refusal);

}  // namespace amt
