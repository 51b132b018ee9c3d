#include "run_device.hpp"

#include <fmt/core.h>

#include "amt/mpi/collectively.hpp"
#include "amt/process/log.hpp"
#include "amt/resources/flops.hpp"

namespace amt {
bool fit_memory(TrainConfiguration& config, const OptionTable& given, const Device& device,
                const mpi::Communicator& world) {
  DeviceMemory memory = memory_of(device, config.trainer.device_wishes(), world);
  memory.shard_optimizer = config.trainer.shard_optimizer;
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
  std::string text = fmt::format("{} ranks, each {}", ranks, device.ops->description());
  if (ranks > 1) text += ", summed by " + device.reducer->name();
  if (ranks > 1 && completed.shard_optimizer) text += ", sharing the optimiser's state";
  if (device.plugin != nullptr || peak > 0) {
    text += peak > 0 ? fmt::format(", peak {:.6g} TFLOP/s", peak / 1e12)
                     : ", peak unknown (--trainer.peak_flops)";
  }
  return device.remark.empty() ? text : text + "; " + device.remark;
}

void announce_choices(const TrainerOptions& trainer, const Device& device, bool recomputes) {
  if (recomputes) {
    log_info(fmt::format("--{} true was chosen: without it the memory is too small",
                         kCheckpointingOption));
  }
  if (!trainer.profile_steps.empty() && device.plugin == nullptr) {
    log_info("--trainer.profile_steps does nothing on the CPU");
  }
}

StepProfile::Switch profiler_of(const Device& device) {
  if (device.plugin == nullptr) return {};
  return device.plugin->profile;
}

}  // namespace amt
