// A plug-in whose "GPUs" are this machine's CPU, for tests of the loader and of the choice of a
// device. It prints every request to stderr. Environment variables (with defaults in brackets)
// describe the GPUs:
//   AMT_FAKE_DEVICES         number of GPUs [0]
//   AMT_FAKE_NAME            their name [NVIDIA H200]
//   AMT_FAKE_CAPABILITY      their compute capability [90]
//   AMT_FAKE_SLOW_ATTENTION  reason why attention is slow [it is not slow]
//   AMT_FAKE_NO_ATTENTION    reason why attention is not supported [it is supported]
//   AMT_FAKE_FREE            free bytes on each GPU [2^40]
#include <cstdio>
#include <cstdlib>

#include "amt/base/error.hpp"
#include "amt/cpu/cpu_ops.hpp"
#include "amt/cuda/plugin.hpp"
#include "amt/process/log.hpp"

#ifndef AMT_FAKE_BOUNDARY
#define AMT_FAKE_BOUNDARY AMT_PLUGIN_BOUNDARY
#endif

namespace amt::cuda {
namespace {

std::string setting(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : value;
}

std::string versions() {
  note_progress();
  return "fake CUDA";
}

int device_count(std::string* why) {
  const int devices = std::stoi(setting("AMT_FAKE_DEVICES", "0"));
  if (devices == 0) *why = "the fake has no device";
  return devices;
}

DeviceInfo device_info(int device) {
  const std::uint64_t free = std::stoull(setting("AMT_FAKE_FREE", "1099511627776"));
  return {setting("AMT_FAKE_NAME", "NVIDIA H200"), "0000:0" + std::to_string(device) + ":00.0",
          std::stoi(setting("AMT_FAKE_CAPABILITY", "90")), free, free};
}

std::unique_ptr<Ops> make_ops(const OpsOptions& options) {
  std::string why;
  if (options.device >= device_count(&why)) {
    throw Error("the fake has no device " + std::to_string(options.device) + " for " +
                log_identity());
  }
  std::fprintf(stderr, "fake: device %d, attention %d, deterministic %d\n", options.device,
               static_cast<int>(options.attention), options.deterministic);
  return make_cpu_ops(1);
}

std::string prepare_attention(Ops&, const AttentionShape& shape, bool backward) {
  std::fprintf(stderr, "fake: attention of %d rows of %d positions%s\n",
               static_cast<int>(shape.rows), static_cast<int>(shape.key_len),
               backward ? " and its gradient" : "");
  if (setting("AMT_FAKE_NO_ATTENTION", "").empty()) return setting("AMT_FAKE_SLOW_ATTENTION", "");
  throw Error(setting("AMT_FAKE_NO_ATTENTION", ""));
}

std::unique_ptr<Reducer> make_reducer(Ops& ops, const mpi::Communicator& communicator, double) {
  std::fprintf(stderr, "fake: reducer of rank %d\n", communicator.rank());
  return make_mpi_reducer(ops, communicator);
}

void attach(const Host& host) {
  share_activity(*host.activity);
  share_log_identity(*host.identity);
}

void profile(bool begin) { std::fprintf(stderr, "fake: profile %s\n", begin ? "on" : "off"); }

constexpr Plugin kPlugin = {AMT_FAKE_BOUNDARY, attach,       versions,
                            device_count,      device_info,  make_ops,
                            prepare_attention, make_reducer, profile};

}  // namespace

extern "C" __attribute__((visibility("default"))) const Plugin* amt_cuda_plugin() {
  return &kPlugin;
}

}  // namespace amt::cuda
