#include "amt/train/run_device.hpp"

#include <algorithm>

#include "amt/base/strings.hpp"
#include "amt/mpi/collectively.hpp"
#include "amt/ops/cpu_ops.hpp"
#include "amt/process/log.hpp"
#include "amt/process/machine.hpp"
#include "amt/resources/flops.hpp"

namespace amt {
namespace {

DeviceMemory host_memory(const TrainerOptions& trainer, const std::string& host, int ranks) {
  return {host, node_memory_bytes(), ranks, false,
          choose_precision(trainer.mp, "trainer.mp", bf16_support())};
}

DeviceMemory gpu_memory(const cuda::DeviceInfo& info, const std::string& host, int ranks) {
  return {str_cat(info.name, " of ", host), info.free_bytes, ranks, true};
}

}  // namespace

Device open_train_device(const TrainerOptions& trainer, mpi::Communicator& world) {
  DeviceRequest request;
  request.kind = device_kind(trainer.device, "--trainer.device");
  request.attention = attention_kind(trainer.attention, "--trainer.attention");
  request.cpu_only = trainer.cpu_only();
  request.make_cpu_ops = [&] {
    return make_cpu_ops(threads_per_rank(trainer.threads, world),
                        choose_precision(trainer.mp, "trainer.mp", bf16_support()));
  };
  return open_device(request, world);
}

DeviceMemory memory_of(const Device& device, const TrainerOptions& trainer,
                       const mpi::Communicator& world) {
  DeviceMemory memory = device.plugin != nullptr
                            ? gpu_memory(device.info, world.host(), device.sharing)
                            : host_memory(trainer, world.host(), device.sharing);
  memory.training_ranks = world.size();
  memory.shard_optimizer = trainer.shard_optimizer;
  return memory;
}

bool fit_memory(TrainConfiguration& config, const OptionTable& given, const DeviceMemory& memory,
                const mpi::Communicator& world) {
  const int micro = config.trainer.micro_batch(world.size());
  const bool turn_on = world.any_of(!given.given(kCheckpointingOption) &&
                                    only_fits_checkpointed(config.model, micro, memory));
  if (turn_on) config.model.gradient_checkpointing = true;
  mpi::collectively(world, [&] {
    check_memory(config.model, micro, config.trainer.train_batch_size / world.size(), memory);
  });
  return turn_on;
}

TrainerOptions complete(TrainerOptions trainer, const Device& device) {
  if (trainer.peak_flops == 0) trainer.peak_flops = known_peak_flops(device.info.name);
  return trainer;
}

std::string describe(const Device& device, const TrainerOptions& completed, int ranks) {
  const double peak = completed.peak_flops;
  std::string text = str_cat(ranks, " ranks, each ", device.ops->description());
  if (ranks > 1) text += ", summed by " + device.reducer->name();
  if (ranks > 1 && completed.shard_optimizer) text += ", sharing the optimiser's state";
  if (device.plugin != nullptr || peak > 0) {
    text += peak > 0 ? str_cat(", peak ", peak / 1e12, " TFLOP/s")
                     : ", peak unknown (--trainer.peak_flops)";
  }
  return device.remark.empty() ? text : text + "; " + device.remark;
}

void announce_choices(const TrainerOptions& trainer, const Device& device, bool recomputes) {
  if (recomputes) {
    log_info(str_cat("--", kCheckpointingOption,
                     " true was chosen: without it the memory is too small"));
  }
  if (!trainer.profile_steps.empty() && device.plugin == nullptr) {
    log_info("--trainer.profile_steps does nothing on the CPU");
  }
}

StepProfile::Switch profiler_of(const Device& device) {
  if (device.plugin == nullptr) return {};
  return device.plugin->profile;
}

Placement placement_of(const mpi::Communicator& world) {
  return {world.rank(), world.size(), world.rank_on_host(), world.ranks_on_host(), world.host()};
}

PlannedDevice plan_device(const TrainerOptions& trainer, const Placement& place) {
  PlannedDevice planned;
  const DeviceKind kind = device_kind(trainer.device, "--trainer.device");
  const DeviceOffer offer = offer_device(kind, trainer.cpu_only(), place.rank_on_host);
  if (kind == DeviceKind::kCuda && !offer.refusal.empty()) throw no_device(offer.refusal);
  if (!offer.refusal.empty()) planned.refusal = unused_gpu(offer.refusal);
  if (offer.plugin != nullptr) {
    std::string unused;
    const int devices = std::max(1, offer.plugin->device_count(&unused));
    const int sharing = (place.ranks_on_host + devices - 1) / devices;  // of the first device
    planned.memory = gpu_memory(offer.info, place.host, sharing);
  } else {
    planned.memory = host_memory(trainer, place.host, place.ranks_on_host);
  }
  planned.memory.training_ranks = place.ranks;
  planned.memory.shard_optimizer = trainer.shard_optimizer;
  return planned;
}

}  // namespace amt
