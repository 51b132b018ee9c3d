#include "gpu_device.hpp"

#include <cstdlib>

#include "amt/base/error.hpp"
#include "amt/cpu/cpu_ops.hpp"
#include "amt/device/plugin_loader.hpp"
#include "amt/mpi/communicator.hpp"

namespace amt::test {
namespace {

struct Found {
  const cuda::Plugin* plugin = nullptr;
  int device = 0;
  std::string refusal;
};

Found find_stand_in(const std::string& name) {
  Found found;
  if (name != "cpu-bf16") {
    found.refusal = std::string(kStandInVariable) + " supports only cpu-bf16, not " + name;
  } else if (bf16_support() == Bf16Support::kNone) {
    found.refusal = "this CPU has no bf16 instructions";
  }
  return found;
}

Found find_gpu() {
  Found found;
  try {
    found.plugin = &load_plugin(find_plugin());
  } catch (const Error& error) {
    found.refusal = error.what();
    return found;
  }
  const int devices = found.plugin->device_count(&found.refusal);
  if (devices > 0) found.device = mpi::Communicator::world().rank_on_host() % devices;
  return found;
}

const Found& found() {
  static const char* const stand_in = std::getenv(kStandInVariable);
  static const Found one = stand_in != nullptr ? find_stand_in(stand_in) : find_gpu();
  return one;
}

}  // namespace

const std::string& no_device() { return found().refusal; }
const cuda::Plugin* plugin() { return found().plugin; }

std::unique_ptr<Ops> make_tested_ops(cuda::Attention attention) {
  if (plugin() == nullptr) return make_cpu_ops(0, Precision::kBf16);
  return plugin()->make_ops({.device = found().device, .attention = attention});
}

}  // namespace amt::test
