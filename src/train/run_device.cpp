#include "run_device.hpp"

#include <fmt/core.h>

#include "amt/base/files.hpp"
#include "amt/mpi/run_on_all.hpp"
#include "amt/process/log.hpp"
#include "amt/process/machine.hpp"
#include "amt/resources/flops.hpp"
#include "run_configuration.hpp"

namespace amt {

RowsAtOnce recorded_rows(const TrainConfiguration& config, int share) {
  const RunPaths run(config.trainer.run_dir);
  if (!resumes(run, config.trainer.load_last_checkpoint) || !is_there(run.config())) return {};
  TrainConfiguration before;
  OptionTable table;
  before.register_options(table);
  adopt_recorded(table, read_text(run.config()), run.config().string(), [](const Option& option) {
    return option.name == kRowsOption || option.name == kCheckpointingOption;
  });
  const OrAuto<int>& recorded = before.trainer.per_device_parallelism;
  const int rows = recorded.automatic || recorded == -1 ? share : recorded.value;
  if (rows < 1 || share % rows != 0) return {};
  return {rows, before.model.gradient_checkpointing};
}

DeviceMemory for_training(DeviceMemory memory, const TrainConfiguration& config) {
  memory.shard_optimizer = config.trainer.shard_optimizer;
  memory.optimizer = config.optimizer.name;
  memory.sampling = config.trainer.steps_per_sample > 0;
  memory.average = config.trainer.average > 0;
  return memory;
}

RowsAtOnce wanted_rows(const TrainConfiguration& config, const OptionTable& given, int ranks,
                       const DeviceMemory& memory, const RowsAtOnce& recorded) {
  const bool open_rows = config.trainer.per_device_parallelism.automatic;
  const bool may_checkpoint = !given.given(kCheckpointingOption);
  const int rows = config.trainer.micro_batch(ranks);
  if (recorded.rows > 0 && (open_rows || recorded.rows == rows)) {
    ModelConfig again = config.model;
    if (may_checkpoint) again.gradient_checkpointing = recorded.checkpointing;
    if (fits(again, recorded.rows, memory)) return {recorded.rows, again.gradient_checkpointing};
  }
  if (open_rows) {
    return choose_rows_at_once(config.model, config.trainer.share(ranks), may_checkpoint, memory);
  }
  return {rows, config.model.gradient_checkpointing ||
                    (may_checkpoint && only_fits_checkpointed(config.model, rows, memory))};
}

MemoryChoice take_rows(const RowsAtOnce& chosen, TrainConfiguration& config) {
  const MemoryChoice choice{config.trainer.per_device_parallelism.automatic,
                            chosen.checkpointing && !config.model.gradient_checkpointing};
  if (choice.rows) config.trainer.per_device_parallelism = chosen.rows;
  config.model.gradient_checkpointing = chosen.checkpointing;
  return choice;
}

MemoryChoice fit_memory(TrainConfiguration& config, const OptionTable& given, const Device& device,
                        const mpi::Communicator& world) {
  const DeviceMemory memory =
      for_training(memory_of(device, config.trainer.device_wishes(), world), config);
  const int share = config.trainer.share(world.size());
  RowsAtOnce recorded;
  mpi::run_on_all(world, [&] {
    if (world.rank() == 0) recorded = recorded_rows(config, share);
  });
  world.broadcast_value(recorded, 0);
  RowsAtOnce chosen = wanted_rows(config, given, world.size(), memory, recorded);
  chosen.rows = static_cast<int>(-world.all_reduce_max(-chosen.rows));  // minimum over all ranks
  chosen.checkpointing = world.any_of(chosen.checkpointing);
  const MemoryChoice choice = take_rows(chosen, config);
  mpi::run_on_all(world, [&] { check_memory(config.model, chosen.rows, share, memory); });
  return choice;
}

TrainerOptions complete(TrainerOptions trainer, const Device& device) {
  if (trainer.peak_flops == 0) trainer.peak_flops = known_peak_flops(device.info.name);
  // Recomputing a gradient on the same GPU could give different bits.
  if (device.plugin != nullptr && !trainer.deterministic) trainer.steps_per_gradient_check = 0;
  return trainer;
}

std::string arithmetic_of(const Device& device) {
  if (device.plugin != nullptr) return device.info.name + ", " + device.plugin->versions();
  return cpu_name() + ", " + device.ops->description();
}

std::string describe(const Device& device, const TrainerOptions& completed, int ranks) {
  const double peak = completed.peak_flops;
  std::string text =
      fmt::format("{}{}", ranks == 1 ? "1 rank, " : fmt::format("{} ranks, each ", ranks),
                  device.ops->description());
  if (ranks > 1) text += ", summed by " + device.reducer->name();
  if (ranks > 1 && completed.shard_optimizer) text += ", sharing the optimiser's state";
  if (device.plugin != nullptr || peak > 0) {
    text += peak > 0 ? fmt::format(", peak {:.6g} TFLOP/s", peak / 1e12)
                     : ", peak unknown (--trainer.peak_flops)";
  }
  return device.remark.empty() ? text : text + "; " + device.remark;
}

void announce_choices(const TrainerOptions& trainer, const Device& device,
                      const MemoryChoice& chosen) {
  if (chosen.rows) {
    log_info(fmt::format("--{} {} was chosen to fit in memory", kRowsOption,
                         trainer.per_device_parallelism.value));
  }
  if (chosen.checkpointing) {
    log_info(fmt::format("--{} true was chosen: without it the model does not fit in memory",
                         kCheckpointingOption));
  }
  if (!trainer.profile_steps.empty() && device.plugin == nullptr) {
    log_info("--trainer.profile_steps has no effect on the CPU");
  }
  if (!trainer.deterministic && device.plugin != nullptr) {
    log_info("gradients are not checked, because --trainer.deterministic is false");
  }
}

StepProfile::Switch profiler_of(const Device& device) {
  if (device.plugin == nullptr) return {};
  return device.plugin->profile;
}

}  // namespace amt
