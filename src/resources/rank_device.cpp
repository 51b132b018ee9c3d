#include "amt/resources/rank_device.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "amt/cpu/cpu_ops.hpp"
#include "amt/process/machine.hpp"

namespace amt {
namespace {

DeviceMemory host_memory(const DeviceWishes& wishes, const std::string& host, int ranks) {
  return {host, node_memory_bytes(), ranks, false, wishes.cpu_precision()};
}

DeviceMemory gpu_memory(const cuda::DeviceInfo& info, const std::string& host, int ranks) {
  return {fmt::format("{} of {}", info.name, host), info.free_bytes, ranks, true};
}

}  // namespace

Precision DeviceWishes::cpu_precision() const { return precision.on_cpu(bf16_support()); }

std::string DeviceWishes::cpu_only() const { return precision.gpu_refusal(precision_option); }

Device open_rank_device(const DeviceWishes& wishes, const mpi::Communicator& world) {
  DeviceRequest request;
  request.kind = wishes.kind;
  request.attention = wishes.attention;
  request.deterministic = wishes.deterministic;
  request.cpu_only = wishes.cpu_only();
  request.make_cpu_ops = [&] {
    return make_cpu_ops(threads_per_rank(wishes.threads, world), wishes.cpu_precision(),
                        wishes.weights == WeightFormat::kInt8);
  };
  return open_device(request, world);
}

DeviceMemory memory_of(const Device& device, const DeviceWishes& wishes,
                       const mpi::Communicator& world) {
  DeviceMemory memory = device.plugin != nullptr
                            ? gpu_memory(device.info, world.host(), device.sharing)
                            : host_memory(wishes, world.host(), device.sharing);
  memory.training_ranks = world.size();
  return memory;
}

Placement placement_of(const mpi::Communicator& world) {
  return {world.rank(), world.size(), world.rank_on_host(), world.ranks_on_host(), world.host()};
}

PlannedDevice plan_device(const DeviceWishes& wishes, const Placement& place) {
  PlannedDevice planned;
  const DeviceOffer offer = offer_device(wishes.kind, wishes.cpu_only(), place.rank_on_host);
  if (wishes.kind == DeviceKind::kCuda && !offer.refusal.empty()) throw no_device(offer.refusal);
  if (!offer.refusal.empty()) planned.refusal = unused_gpu(offer.refusal);
  if (offer.plugin != nullptr) {
    std::string unused;
    const int devices = std::max(1, offer.plugin->device_count(&unused));
    const int sharing = (place.ranks_on_host + devices - 1) / devices;  // ranks on the first device
    planned.memory = gpu_memory(offer.info, place.host, sharing);
  } else {
    planned.memory = host_memory(wishes, place.host, place.ranks_on_host);
  }
  planned.memory.training_ranks = place.ranks;
  return planned;
}

}  // namespace amt
