// Opens or plans the device that each rank of a job computes on.
#pragma once

#include <string>

#include "amt/device/device.hpp"
#include "amt/resources/precision.hpp"
#include "amt/resources/resources.hpp"

namespace amt {

/// A job's device options.
struct DeviceWishes {
  DeviceKind kind = DeviceKind::kAuto;
  cuda::Attention attention = cuda::Attention::kAuto;
  bool deterministic = true;
  PrecisionPolicy precision;
  std::string precision_option = "--mp";  ///< the option that sets `precision`
  int threads = 0;                        ///< per rank, as in threads_per_rank()
  WeightFormat weights = WeightFormat::kFull;

  /// Returns the precision on this machine's CPU.
  Precision cpu_precision() const;
  /// Explains why these options require a CPU; "" if they do not.
  std::string cpu_only() const;
};

/// Collective. Opens the requested device for this rank's place in `world`.
Device open_rank_device(const DeviceWishes& wishes, const mpi::Communicator& world);

/// Returns the device's memory, for the ranks that share it. Local.
DeviceMemory memory_of(const Device& device, const DeviceWishes& wishes,
                       const mpi::Communicator& world);

/// The position of a rank within its job and host.
struct Placement {
  int rank = 0, ranks = 1;
  int rank_on_host = 0, ranks_on_host = 1;
  std::string host = "this machine";
};

Placement placement_of(const mpi::Communicator& world);

/// The device that a rank with a given placement would get.
struct PlannedDevice {
  DeviceMemory memory;
  std::string refusal;  ///< why there is no GPU, if one would have been used
};

/// Throws Error if a required device is missing. Opens nothing. Local.
PlannedDevice plan_device(const DeviceWishes& wishes, const Placement& place);

}  // namespace amt
