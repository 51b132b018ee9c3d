// Finds the GPU for a rank, or the reason why it gets none.
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
  std::string refusal;  ///< why there is no GPU; "" if there is one, or if the CPU was requested
};

/// Finds this rank's GPU, device rank_on_host % devices. `cpu_only` is a reason to use the CPU if
/// the kind is kAuto, or "". Local; does not need MPI; starts CUDA only if a driver is installed.
DeviceOffer offer_device(DeviceKind kind, const std::string& cpu_only, int rank_on_host);

/// Returns "no GPU is used: " and the refusal, for a job that uses the CPU instead.
std::string unused_gpu(const std::string& refusal);

/// Returns the Error for a rank that needs a GPU and has none.
Error no_device(const std::string& refusal);

}  // namespace amt
