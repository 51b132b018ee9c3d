#include "amt/device/device.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>

#include "amt/base/error.hpp"
#include "amt/mpi/run_on_all.hpp"
#include "amt/process/log.hpp"

namespace amt {
namespace {

constexpr double kMeetSeconds = 300;  // time for NCCL to connect; hundreds of ranks take a minute

/// Collective. Returns the refusal of the first rank that has one, with the rank's name; "" if none
/// has.
std::string first_refusal(const std::string& mine, const mpi::Communicator& world) {
  const std::string named =
      mine.empty() || world.rank() == 0 ? mine : fmt::format("{} [{}]", mine, log_identity());
  for (const std::string& refusal : world.all_gather(named)) {
    if (!refusal.empty()) return refusal;
  }
  return "";
}

Device open_cpu(const DeviceRequest& request, const mpi::Communicator& world) {
  Device device;
  mpi::run_on_all(world, [&] { device.ops = request.make_cpu_ops(); });
  device.sharing = world.ranks_on_host();
  device.reducer = world.size() == 1 ? make_single_reducer() : make_mpi_reducer(*device.ops, world);
  return device;
}

/// Equal for ranks that NCCL considers to be on one device. NCCL_HOSTID is NCCL's own way to
/// distinguish ranks on one host.
std::string identity(const cuda::DeviceInfo& info, const mpi::Communicator& world) {
  const char* host = std::getenv("NCCL_HOSTID");
  return fmt::format("{} {}", host == nullptr ? world.host() : host, info.bus_id);
}

/// Collective. Counts the ranks on this rank's GPU, and finds out whether any GPU has several.
struct Sharing {
  Sharing(const cuda::DeviceInfo& info, const mpi::Communicator& world) {
    const std::string own = identity(info, world);
    const std::vector<std::string> all = world.all_gather(own);
    here = static_cast<int>(std::ranges::count(all, own));
    anywhere = world.any_of(here > 1);
  }
  int here = 1;
  bool anywhere = false;
};

void make_reducer(Device& device, bool shared, const mpi::Communicator& world) {
  if (world.size() == 1) {
    device.reducer = make_single_reducer();
  } else if (shared) {
    device.reducer = make_mpi_reducer(*device.ops, world);
    device.remark = "ranks share a GPU, so gradients are summed by MPI, not by NCCL";
  } else {
    mpi::run_on_all(world, [&] {
      device.reducer = device.plugin->make_reducer(*device.ops, world, kMeetSeconds);
    });
  }
}

Device open_gpu(const DeviceRequest& request, const DeviceOffer& offer,
                const mpi::Communicator& world) {
  Device device;
  device.plugin = offer.plugin;
  mpi::run_on_all(world, [&] {
    device.ops = offer.plugin->make_ops({offer.device, request.attention, request.deterministic});
  });
  const Sharing sharing(offer.info, world);
  device.sharing = sharing.here;
  make_reducer(device, sharing.anywhere, world);
  world.barrier();  // measure free memory after all ranks have allocated theirs
  mpi::run_on_all(world, [&] { device.info = offer.plugin->device_info(offer.device); });
  return device;
}

}  // namespace

Device open_device(const DeviceRequest& request, const mpi::Communicator& world) {
  const DeviceOffer offer = offer_device(request.kind, request.cpu_only, world.rank_on_host());
  const std::string refusal = first_refusal(offer.refusal, world);
  if (!refusal.empty() && request.kind == DeviceKind::kCuda) {
    throw mpi::CollectiveError(no_device(refusal).what());
  }
  if (refusal.empty() && offer.plugin != nullptr) return open_gpu(request, offer, world);
  Device device = open_cpu(request, world);
  if (!refusal.empty()) device.remark = unused_gpu(refusal);
  return device;
}

void prepare_attention(const Device& device, const AttentionShape& shape, bool backward,
                       const mpi::Communicator& world) {
  if (device.plugin == nullptr) return;
  std::string slow;
  mpi::run_on_all(world,
                  [&] { slow = device.plugin->prepare_attention(*device.ops, shape, backward); });
  const std::string first = first_refusal(slow, world);
  if (first.empty() || world.rank() != 0) return;
  // The factor was measured in src/cuda/NOTES.md.
  log_warning(fmt::format(
      "{}; {} takes about twenty times as long with this program's own attention kernels", first,
      backward ? "training" : "evaluation"));
}

}  // namespace amt
