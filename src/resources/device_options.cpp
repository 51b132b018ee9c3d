#include "amt/resources/device_options.hpp"

namespace amt {

void DeviceOptions::register_options(OptionTable& table) {
  table.add("threads", &threads,
            "threads per rank; 0: OMP_NUM_THREADS if set, otherwise the rank's share of the node's "
            "cores");
  table.add("mp", &mp,
            "precision of activations and matrix products (auto: bf16 on GPUs and on CPUs with "
            "AMX, otherwise f32)");
  table.add("weights", &weights,
            "precision of the weights (int8: the matrices of the transformer blocks are rounded to "
            "8 bits, which halves the bytes that a CPU reads per token)");
  table.add("device", &device,
            "device to compute on (auto: cuda if every rank has a usable GPU, otherwise cpu)");
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
