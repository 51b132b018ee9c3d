// Device options for jobs that use a model without training it.
#pragma once

#include "amt/base/options.hpp"
#include "amt/resources/rank_device.hpp"

namespace amt {

struct DeviceOptions {
  int threads = 0;  ///< per rank; 0: OMP_NUM_THREADS, else the node's cores / its ranks
  PrecisionPolicy mp;
  WeightFormat weights = WeightFormat::kFull;
  DeviceKind device = DeviceKind::kAuto;
  Duration watchdog = kDefaultWatchdog;

  void register_options(OptionTable& table);
  void validate() const;  ///< throws a UsageError naming the option
  DeviceWishes wishes() const;
};

}  // namespace amt
