#include "amt/train/job.hpp"

#include <fmt/core.h>

#include <optional>

#include "amt/base/files.hpp"
#include "amt/base/hash.hpp"
#include "amt/base/strings.hpp"
#include "amt/checkpoint/initial_model.hpp"
#include "amt/dataset/epoch_rows.hpp"
#include "amt/dataset/same_dataset.hpp"
#include "amt/evaluate/evaluation.hpp"
#include "amt/generate/sample.hpp"
#include "amt/mpi/run_on_all.hpp"
#include "amt/process/log.hpp"
#include "amt/process/poller.hpp"
#include "amt/process/signals.hpp"
#include "amt/process/start_times.hpp"
#include "amt/run/configuration.hpp"
#include "amt/run/folder.hpp"
#include "amt/run/lock.hpp"
#include "amt/trainer/epochs.hpp"
#include "amt/trainer/trainer.hpp"
#include "branch.hpp"
#include "run_configuration.hpp"
#include "run_device.hpp"
#include "start.hpp"

namespace amt {
namespace {

constexpr const char* kStopNotice =
    "amt: stop requested: the current step will be finished and saved; start the same command "
    "again to resume\n";
constexpr double kPollSeconds = 1;  // between checks for errors that block the main thread

void announce(const Model& model, int micro_batch, const Inputs& inputs, const std::string& device,
              const TrainConfiguration& config, bool leads) {
  log_info(fmt::format("{} parameters, {}, micro-batches of {}; {}",
                       format_count(model.layout().count()), inputs.manifest.encoding->name,
                       counted(micro_batch, "row"), device));
  const std::uint64_t rows = inputs.manifest.split(Split::kTrain).rows;
  log_info(fmt::format("{} steps are {}", config.trainer.num_train_steps.value,
                       describe_epochs(config.trainer, rows)));
  if (!leads) return;
  question(config, inputs.manifest);
  if (!inputs.valid) {
    log_warning(
        "the dataset has no validation rows, so there is no validation loss; to get one, prepare "
        "it from more files or with a larger validation split (amt prepare --help)");
  }
}

/// Describes where a new run's weights come from; a resumed run keeps its record of that.
std::string origin_of(const TrainConfiguration& config, const std::optional<Branch>& branch) {
  if (branch) return fmt::format("step {} of {}", branch->step, branch->parent);
  if (config.trainer.initialize_from.empty()) {
    return fmt::format("random weights, seed {}", config.trainer.seed);
  }
  return "the model in " + config.trainer.initialize_from;
}

/// Locks the run's folder on rank 0. An existing folder is locked early, so that a start that must
/// be refused fails soon; a new one is created only after all other checks have passed.
void hold_folder(std::optional<RunLock>& lock, const TrainConfiguration& config, bool take_over) {
  const RunPaths run(config.trainer.run_dir);
  check_run_folder(run, config.data.dataset);
  if (!lock) lock.emplace(run, take_over);
}

/// Returns the manifest, which must be the same on all ranks. Collective.
Manifest agree_on_dataset(TrainConfiguration& config, const mpi::Communicator& world) {
  Manifest manifest;
  mpi::run_on_all(world, [&] { manifest = config.read_dataset(); });
  require_same_dataset(manifest, world);
  return manifest;
}

TrainerSettings settings_of(const TrainConfiguration& config, const TrainerOptions& completed,
                            const Inputs& inputs, const StartWords& words) {
  TrainerSettings settings;
  settings.trainer = completed;
  settings.optimizer = config.optimizer;
  settings.checkpointer = config.checkpointer;
  settings.dataset = config.data.dataset;
  settings.dataset_digest = hex64(inputs.manifest.digest());
  settings.encoding = inputs.manifest.encoding->name;
  settings.initial_values = initial_values(config.trainer.initialize_from);
  const std::uint64_t seed = config.trainer.seed;
  settings.write_sample = [seed](Model& model, const std::filesystem::path& file) {
    make_folders(file.parent_path());
    try {
      write_sample(model, seed, file);
    } catch (const SystemError&) {
      throw;
    } catch (const Error& error) {  // training does not depend on samples
      log_warning(fmt::format("no {}: {}", file.string(), error.what()));
    }
  };
  settings.start = {words.build, words.command, origin_of(config, words.branch),
                    words.branch ? words.branch->step : 0};
  return settings;
}

}  // namespace

ExitCode train_model(const mpi::Communicator& world, TrainConfiguration config,
                     const OptionTable& given, const StartWords& words) {
  StartTimes times;
  times.mark("to start the program and MPI");
  install_stop_handlers();  // before any threads that compute are started
  const bool leads = world.rank() == 0;
  if (leads) say_when_stopped(kStopNotice);
  std::optional<RunLock> lock;  // on rank 0
  mpi::run_on_all(world, [&] {
    if (leads && is_there(config.trainer.run_dir)) hold_folder(lock, config, words.take_over);
  });
  mpi::run_on_all(world, [&] {
    if (leads && words.branch) check_branch(*words.branch, config, given);
  });
  agree_on_model(config, given, world);
  // Throws if the batch cannot be divided.
  mpi::run_on_all(world, [&] { config.trainer.micro_batch(world.size()); });
  Manifest manifest = agree_on_dataset(config, world);
  times.mark("for the first checks");
  const Device device = open_rank_device(config.trainer.device_wishes(), world);
  const Poller poll(kPollSeconds, [&](double) { device.reducer->poll(); });
  const MemoryChoice by_memory = fit_memory(config, given, device, world);
  const int micro_batch = config.trainer.micro_batch(world.size());
  prepare_attention(device, attention_of(config.model, micro_batch), true, world);
  times.mark("to open the device");
  std::optional<Inputs> inputs;
  mpi::run_on_all(world, [&] {
    inputs = open_inputs(config, std::move(manifest), world.rank(), world.size());
  });
  times.mark(config.data.verify_first ? "to verify the dataset" : "to open the dataset");
  const RunPaths run(config.trainer.run_dir);
  const std::string configuration = config.to_ini();
  mpi::run_on_all(world, [&] {  // after all ranks have checked their inputs
    if (!leads) return;
    hold_folder(lock, config, words.take_over);
    check_run(config, inputs->manifest);
    open_run(run, configuration, config.trainer.load_last_checkpoint);
    if (words.branch) begin_branch(*words.branch, config);
  });
  Model model(*device.ops, config.model, micro_batch);
  const TrainerOptions completed = complete(config.trainer, device);
  announce(model, micro_batch, *inputs, describe(device, completed, world.size()), config, leads);
  announce_choices(completed, device, by_memory);
  const RowSource* valid = inputs->valid ? &*inputs->valid : nullptr;
  TrainerSettings settings = settings_of(config, completed, *inputs, words);
  settings.arithmetic = arithmetic_of(device);
  settings.profiler = profiler_of(device);
  settings.before_writing = [&] {
    lock->check();
    restore_configuration(run, configuration);
  };
  times.mark("for the run's folder and memory");
  if (leads) settings.unigram_loss = baseline_loss(config, inputs->manifest);
  times.mark("to count the tokens");
  settings.times = times;
  const EpochRows reshuffled(*inputs->train, config.trainer.seed);
  const RowSource& train = config.trainer.reshuffle ? static_cast<const RowSource&>(reshuffled)
                                                    : static_cast<const RowSource&>(*inputs->train);
  Trainer trainer(model, world, *device.reducer, train, valid, std::move(settings));
  return trainer.run() == Outcome::kFinished ? ExitCode::kDone : ExitCode::kStopped;
}

}  // namespace amt
