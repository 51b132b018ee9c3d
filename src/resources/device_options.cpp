#include "amt/resources/device_options.hpp"

namespace amt {

void DeviceOptions::register_options(OptionTable& table) {
  table.add("threads", &threads, "per rank; 0: OMP_NUM_THREADS, else its share of the node");
  table.add("mp", &mp,
            "precision of activations and matrix products (auto is bf16 on GPUs and on processors "
            "with AMX, else f32)");
  table.add("device", &device,
            "what computes (auto is cuda where every rank has a GPU that can be used, else cpu)");
  table.add("watchdog", &watchdog, kWatchdogHelp);
  table.add_customary("mp", {"precision", "dtype", "bf16"});
}

void DeviceOptions::validate() const {
  require_option(threads >= 0, "threads", threads, "be 0 or more");
}

DeviceWishes DeviceOptions::wishes() const {
  DeviceWishes wishes;
  wishes.kind = device;
  wishes.precision = mp;
  wishes.threads = threads;
  return wishes;
}

}  // namespace amt
