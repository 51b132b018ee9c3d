#include "amt/resources/device_options.hpp"

namespace amt {

void DeviceOptions::register_options(OptionTable& table) {
  table.add("threads", &threads, "per rank; 0: OMP_NUM_THREADS, else its share of the node");
  table.add("mp", &mp,
            "precision of activations and matrix products (auto is bf16 on GPUs and on processors "
            "with AMX, else f32)");
  table.add("weights", &weights,
            "int8 rounds the matrices of the blocks to 8 bits: a processor reads half as much for "
            "each token that it generates");
  table.add("device", &device,
            "what computes (auto is cuda where every rank has a GPU that can be used, else cpu)");
  table.add("watchdog", &watchdog, kWatchdogHelp);
  table.add_customary("mp", {"precision", "dtype", "bf16"});
  table.add_customary("weights", {"quantize", "quantization", "load_in_8bit", "int8"});
}

void DeviceOptions::validate() const {
  require_option(threads >= 0, "threads", threads, "be 0 or more");
}

DeviceWishes DeviceOptions::wishes() const {
  DeviceWishes wishes;
  wishes.kind = device;
  wishes.precision = mp;
  wishes.weights = weights;
  wishes.threads = threads;
  return wishes;
}

}  // namespace amt
