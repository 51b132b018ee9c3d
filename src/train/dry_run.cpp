// amt train --dry-run: runs all checks of a real start and prints what it would do.
#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "amt/base/strings.hpp"
#include "amt/checkpoint/disk_space.hpp"
#include "amt/dataset/same_dataset.hpp"
#include "amt/model/parameter_layout.hpp"
#include "amt/mpi/run_on_all.hpp"
#include "amt/process/log.hpp"
#include "amt/record/history.hpp"
#include "amt/run/configuration.hpp"
#include "amt/run/folder.hpp"
#include "amt/train/job.hpp"
#include "amt/trainer/early_end.hpp"
#include "amt/trainer/epochs.hpp"
#include "run_configuration.hpp"
#include "run_device.hpp"
#include "start.hpp"

namespace amt {
namespace {

std::string device_lines(const PlannedDevice& device, const TrainConfiguration& config, int micro,
                         const Placement& place) {
  const DeviceMemory& memory = device.memory;
  std::string text = fmt::format("# device: {}{}\n# memory: {}", memory.gpu ? "cuda" : "cpu",
                                 device.refusal.empty() ? "" : "; " + device.refusal,
                                 format_bytes(needed_bytes(config.model, micro, memory)));
  text += memory.ranks == 1 ? " for one rank"
                            : fmt::format(" for the {} ranks on this device", memory.ranks);
  text += fmt::format(" with micro-batches of {}", counted(micro, "row"));
  if (config.trainer.shard_optimizer && place.ranks == 1) {
    text += fmt::format("; several ranks would share the optimiser's {}",
                        format_bytes(moment_bytes(config.model, {1, config.optimizer.name})));
  }
  return fmt::format("{}; {} has {}{}\n", text, memory.name, format_bytes(memory.bytes),
                     memory.gpu ? " free" : "");
}

std::string dataset_line(const Manifest& manifest) {
  return fmt::format("# dataset: {}, {} rows to train on, {} to validate on\n",
                     manifest.encoding->name, format_count(manifest.split(Split::kTrain).rows),
                     format_count(manifest.split(Split::kValid).rows));
}

std::string training_line(const TrainConfiguration& config, const Manifest& manifest, int micro,
                          const Placement& place) {
  const std::int64_t steps = config.trainer.num_train_steps;
  const int batch = config.trainer.train_batch_size;
  const double tokens = static_cast<double>(steps) * batch * config.model.seq_len;
  return fmt::format(
      "# training: {} of {} on {} (micro-batches per rank and step: {}): {}, {:.1f} million "
      "tokens\n",
      counted(steps, "step"), counted(batch, "row"), counted(place.ranks, "rank"),
      batch / place.ranks / micro,
      describe_epochs(config.trainer, manifest.split(Split::kTrain).rows), tokens / 1e6);
}

std::string checkpoint_line(const TrainConfiguration& config, std::int64_t steps_done) {
  const CheckpointPlan plan = config.trainer.checkpoint_plan(config.checkpointer);
  const std::uint64_t each = checkpoint_bytes(config.model, plan.average);
  const std::uint64_t most = checkpoints_to_come(plan, steps_done, 0);
  return fmt::format("# checkpoints: {} each; at most {} more on disk at once ({})\n",
                     format_bytes(each), most, format_bytes(each * most));
}

/// Estimates the remaining time from the run's last recorded speed.
std::string time_line(const TrainConfiguration& config, std::int64_t steps_done) {
  const RunPaths run(config.trainer.run_dir);
  std::error_code unknown;
  double speed = 0;  // tokens/s
  if (std::filesystem::exists(run.metrics(), unknown)) {
    const auto bins = read_history(run.metrics()).tokens_per_second.bins();
    if (!bins.empty()) speed = bins.back().value();
  }
  if (!(speed > 0)) return "# time: unknown until the first steps have run\n";
  const std::int64_t left = std::max<std::int64_t>(0, config.trainer.num_train_steps - steps_done);
  const double tokens =
      static_cast<double>(left) * config.trainer.train_batch_size * config.model.seq_len;
  return fmt::format(
      "# time: {} for the remaining {}, at the last recorded speed of {:.0f} tokens/s\n",
      format_duration(tokens / speed), counted(left, "step"), speed);
}

std::string start_line(const TrainerOptions& trainer, const TrainingProgress& done) {
  const std::string& run = trainer.run_dir;
  if (done.step == 0) return fmt::format("# start: a new run in {}\n", run);
  if (out_of_patience(done, trainer)) {
    return fmt::format("# start: {} has ended early {}\n", run, describe_early_end(done));
  }
  return fmt::format("# start: {} resumes from step {}\n", run, format_count(done.step));
}

/// Returns the rows per micro-batch that fit in memory: like fit_memory(), but for this
/// rank alone, without communication.
int fit(TrainConfiguration& config, const OptionTable& given, const Placement& place,
        const DeviceMemory& memory) {
  const int share = config.trainer.share(place.ranks);
  const RowsAtOnce recorded = place.rank == 0 ? recorded_rows(config, share) : RowsAtOnce{};
  const RowsAtOnce chosen = wanted_rows(config, given, place.ranks, memory, recorded);
  const MemoryChoice choice = take_rows(chosen, config);
  if (choice.checkpointing) {
    log_info(fmt::format("--{} true would be chosen to fit in memory", kCheckpointingOption));
  }
  check_memory(config.model, chosen.rows, share, memory);
  return chosen.rows;
}

/// Runs the checks that each rank runs in a real start before anything is written; the model must
/// already have been chosen. Returns the plan on rank 0, which is the configuration followed by
/// lines that begin with '#', and "" on the other ranks.
std::string plan_training(TrainConfiguration& config, const OptionTable& given,
                          const Placement& place) {
  const RunPaths run(config.trainer.run_dir);
  config.trainer.micro_batch(place.ranks);  // throws if the batch cannot be divided
  Manifest manifest = config.read_dataset();
  PlannedDevice device = plan_device(config.trainer.device_wishes(), place);
  device.memory = for_training(device.memory, config);
  const int micro = fit(config, given, place, device.memory);
  const std::string text = device_lines(device, config, micro, place);
  const Inputs inputs = open_inputs(config, std::move(manifest), place.rank, place.ranks);
  if (place.rank != 0) return "";
  check_run(config, inputs.manifest);
  check_open_run(run, config.to_ini(), config.trainer.load_last_checkpoint);
  const auto state = newest_state(run);
  TrainingProgress done;
  if (state && config.trainer.load_last_checkpoint) done = *state;
  check_disk_space(RunPaths(nearest_folder(run.run())), config.model,
                   config.trainer.checkpoint_plan(config.checkpointer), done.step);
  question(config, inputs.manifest);
  const std::int64_t parameters = ParameterLayout(config.model).count();
  return fmt::format("{}\n# {} parameters\n{}{}{}{}{}{}", config.to_ini(), format_count(parameters),
                     text, dataset_line(inputs.manifest),
                     training_line(config, inputs.manifest, micro, place),
                     checkpoint_line(config, done.step), start_line(config.trainer, done),
                     time_line(config, done.step));
}

}  // namespace

std::string describe_training(TrainConfiguration config, const OptionTable& given, int ranks) {
  check_run_folder(RunPaths(config.trainer.run_dir), config.data.dataset);
  choose_model(config, given);
  config.validate_model();
  keep_order(RunPaths(config.trainer.run_dir), config, given);
  Placement place;
  place.ranks = place.ranks_on_host = ranks;
  return plan_training(config, given, place);
}

std::string describe_training(TrainConfiguration config, const OptionTable& given,
                              const mpi::Communicator& world) {
  mpi::run_on_all(world, [&] {
    if (world.rank() == 0) check_run_folder(RunPaths(config.trainer.run_dir), config.data.dataset);
  });
  agree_on_model(config, given, world);
  std::string plan;
  Manifest manifest;
  mpi::run_on_all(world, [&] {
    plan = plan_training(config, given, placement_of(world));
    manifest = read_manifest(config.data.dataset);
  });
  require_same_dataset(manifest, world);
  return plan;
}

}  // namespace amt
