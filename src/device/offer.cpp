#include "amt/device/offer.hpp"

#include <fmt/core.h>

#include <cstdlib>

#include "amt/device/plugin_loader.hpp"

namespace amt {
namespace {

constexpr int kOldestCapability = 80;  // Ampere: the first with bf16

/// Throws an Error with the reason if no device can be used.
DeviceOffer look(int rank_on_host) {
  DeviceOffer offer;
  const std::filesystem::path file = find_plugin();
  offer.plugin = &load_plugin(file);
  std::string why;
  const int devices = offer.plugin->device_count(&why);
  if (devices == 0) throw Error(why);
  offer.device = rank_on_host % devices;
  offer.info = offer.plugin->device_info(offer.device);
  const int capability = offer.info.capability;
  if (capability >= kOldestCapability) return offer;
  throw Error(fmt::format(
      "{} has compute capability {}.{} and so no bf16, which needs 8.0 (Ampere) or newer",
      offer.info.name, capability / 10, capability % 10));
}

DeviceOffer refused(const std::string& why) {
  DeviceOffer offer;
  offer.refusal = why;
  return offer;
}

}  // namespace

DeviceOffer offer_device(DeviceKind kind, const std::string& cpu_only, int rank_on_host) {
  if (kind == DeviceKind::kCpu) return {};
  const bool any = kind == DeviceKind::kAuto;
  if (any && !cpu_only.empty()) return refused(cpu_only);
  if (any && std::getenv(kPluginVariable) == nullptr && !has_driver()) {
    return refused("no NVIDIA driver (libcuda.so.1) is installed");
  }
  try {
    return look(rank_on_host);
  } catch (const Error& error) {
    return refused(error.what());
  }
}

std::string unused_gpu(const std::string& refusal) { return "no GPU is used: " + refusal; }

Error no_device(const std::string& refusal) {
  return Error(
      fmt::format("no GPU can be used: {}; use --device cpu to compute without one", refusal));
}

}  // namespace amt
