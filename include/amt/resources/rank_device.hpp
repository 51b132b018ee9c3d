// The device that each rank of a job computes on: opened, or only planned.
#pragma once

#include <string>

#include "amt/device/device.hpp"
#include "amt/resources/precision.hpp"
#include "amt/resources/resources.hpp"

namespace amt {

/// What a job's options say of its devices.
struct DeviceWishes {
  DeviceKind kind = DeviceKind::kAuto;
  cuda::Attention attention = cuda::Attention::kAuto;
  bool deterministic = true;
  PrecisionPolicy precision;
  std::string precision_option = "--mp";  ///< where the user has said so
  int threads = 0;                        ///< per rank, as threads_per_rank takes it
  WeightFormat weights = WeightFormat::kFull;

  /// On a processor of this machine.
  Precision cpu_precision() const;
  /// Why these wishes leave the CPU alone to compute on, "" if they do not.
  std::string cpu_only() const;
};

/// Collective: the device that is wished for, where `world` puts this rank.
Device open_rank_device(const DeviceWishes& wishes, const mpi::Communicator& world);

/// The device's memory, for the ranks that share it. Local.
DeviceMemory memory_of(const Device& device, const DeviceWishes& wishes,
                       const mpi::Communicator& world);

/// Where the ranks of a start are, as one of them sees it.
struct Placement {
  int rank = 0, ranks = 1;
  int rank_on_host = 0, ranks_on_host = 1;
  std::string host = "this machine";
};

Placement placement_of(const mpi::Communicator& world);

/// What such a rank would be given to compute on.
struct PlannedDevice {
  DeviceMemory memory;
  std::string refusal;  ///< why there is no GPU, where one was to be taken if there is one
};

/// Error if the device that must be there is not. Starts nothing. Local.
PlannedDevice plan_device(const DeviceWishes& wishes, const Placement& place);

}  // namespace amt
