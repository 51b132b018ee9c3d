// amt train: a dataset -> a trained model, with checkpoints.
#include <iostream>
#include <optional>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/base/hash.hpp"
#include "amt/base/strings.hpp"
#include "amt/dataset/same_dataset.hpp"
#include "amt/evaluate/evaluation.hpp"
#include "amt/mpi/collectively.hpp"
#include "amt/process/log.hpp"
#include "amt/process/poller.hpp"
#include "amt/process/signals.hpp"
#include "amt/run/folder.hpp"
#include "amt/run/lock.hpp"
#include "amt/train/dry_run.hpp"
#include "amt/train/epochs.hpp"
#include "amt/train/initial_model.hpp"
#include "amt/train/run_configuration.hpp"
#include "amt/train/run_device.hpp"
#include "amt/train/start.hpp"
#include "amt/train/train_configuration.hpp"
#include "amt/train/trainer.hpp"
#include "command_line.hpp"
#include "dry_ranks.hpp"
#include "runtime.hpp"
#include "version.hpp"

namespace amt {
namespace {

constexpr const char* kStopNotice =
    "amt: asked to stop: this step is finished and saved; start the same command again to go on\n";
constexpr double kPollSeconds = 1;  // between looks for errors that block the main thread in CUDA

/// What is said on the command line and is no part of a run's configuration.
struct Words {
  bool only_plan = false;
  bool take_over = false;
  std::string command;  ///< as it was given
};

void question_epochs(const TrainerOptions& trainer, const Manifest& manifest) {
  const std::string warning = epochs_warning(trainer, manifest.split(Split::kTrain).rows);
  if (!warning.empty()) log_warning(warning);
}

/// Checks what a start checks, as one of so many ranks on this machine, and prints the plan.
int dry_run(TrainConfiguration& config, const OptionTable& given, const OptionTable& recorded,
            int ranks) {
  check_run_folder(RunPaths(config.trainer.run_dir), config.data.dataset);
  choose_model(config, given);
  config.validate_model();
  Placement place;
  place.ranks = place.ranks_on_host = ranks;
  const std::string plan = plan_training(config, given, recorded, place);
  std::cout << recorded.to_ini() << '\n' << plan;
  return static_cast<int>(ExitCode::kDone);
}

/// The same on the ranks that there are. Collective.
int dry_run(TrainConfiguration& config, const OptionTable& given, const OptionTable& recorded,
            const mpi::Communicator& world) {
  mpi::collectively(world, [&] {
    if (world.rank() == 0) check_run_folder(RunPaths(config.trainer.run_dir), config.data.dataset);
  });
  agree_on_model(config, given, world);
  std::string plan;
  Manifest manifest;
  mpi::collectively(world, [&] {
    plan = plan_training(config, given, recorded, placement_of(world));
    manifest = read_manifest(config.data.dataset);
  });
  require_same_dataset(manifest, world);
  if (world.rank() == 0) std::cout << recorded.to_ini() << '\n' << plan;
  return static_cast<int>(ExitCode::kDone);
}

void announce(const Gpt2& model, int micro_batch, const Inputs& inputs, const std::string& device,
              const TrainerOptions& trainer, bool leads) {
  log_info(str_cat(format_count(static_cast<std::uint64_t>(model.layout().count())),
                   " parameters, ", encoding_name(inputs.manifest.encoding), ", ", micro_batch,
                   " rows per micro-batch; ", device));
  const std::uint64_t rows = inputs.manifest.split(Split::kTrain).rows;
  log_info(str_cat(trainer.num_train_steps, " steps are ", describe_epochs(trainer, rows)));
  if (!leads) return;
  question_epochs(trainer, inputs.manifest);
  if (!inputs.valid) {
    log_warning(
        "the dataset has no validation rows: nothing is validated; for a validation loss, prepare "
        "it from more files or with a larger share for validation (amt prepare --help)");
  }
}

/// Where a run that begins takes its weights from; one that goes on keeps what it has recorded.
std::string origin_of(const TrainConfiguration& config) {
  if (config.trainer.initialize_from.empty()) {
    return str_cat("random weights, seed ", config.trainer.seed);
  }
  return "the model in " + config.trainer.initialize_from;
}

/// Rank 0's hold on the run's folder. Taken early where the folder exists, so that nobody waits for
/// what will be refused; a new one is made only when all else was found to be good.
void hold_folder(std::optional<RunLock>& lock, const TrainConfiguration& config, bool take_over) {
  const RunPaths run(config.trainer.run_dir);
  check_run_folder(run, config.data.dataset);
  if (!lock) lock.emplace(run, take_over);
}

int train(TrainConfiguration& config, const OptionTable& given, const OptionTable& table,
          const Words& words, mpi::Communicator& world) {
  install_stop_handlers();  // before there are any other threads that compute
  const bool leads = world.rank() == 0;
  if (leads) say_when_stopped(kStopNotice);
  std::optional<RunLock> lock;  // of rank 0
  mpi::collectively(world, [&] {
    if (leads && is_there(config.trainer.run_dir)) hold_folder(lock, config, words.take_over);
  });
  agree_on_model(config, given, world);
  int micro_batch = 0;
  Manifest manifest;
  mpi::collectively(world, [&] {
    micro_batch = config.trainer.micro_batch(world.size());
    manifest = config.read_dataset();
  });
  require_same_dataset(manifest, world);
  const Device device = open_train_device(config.trainer, world);
  const Poller poll(kPollSeconds, [&](double) { device.reducer->poll(); });
  const bool recomputes =
      fit_memory(config, given, memory_of(device, config.trainer, world), world);
  std::optional<Inputs> inputs;
  mpi::collectively(world, [&] {
    inputs = open_inputs(config, std::move(manifest), world.rank(), world.size());
  });
  mpi::collectively(world, [&] {  // after all ranks have found their inputs to be good
    if (!leads) return;
    hold_folder(lock, config, words.take_over);
    check_run(config, inputs->manifest);
    open_run(RunPaths(config.trainer.run_dir), table.to_ini(), config.trainer.load_last_checkpoint);
  });
  Gpt2 model(*device.ops, config.model, micro_batch);
  const TrainerOptions completed = complete(config.trainer, device);
  announce(model, micro_batch, *inputs, describe(device, completed, world.size()), completed,
           leads);
  announce_choices(completed, device, recomputes);
  const RowSource* valid = inputs->valid ? &*inputs->valid : nullptr;
  Trainer trainer(
      model, *device.reducer, *inputs->train, valid,
      {completed,
       config.optimizer,
       config.checkpointer,
       config.data.dataset,
       hex64(inputs->manifest.digest()),
       encoding_name(inputs->manifest.encoding),
       initial_values(config.trainer.initialize_from),
       profiler_of(device),
       leads ? std::optional(unigram_loss_of_run(*inputs->train, valid, config.model.vocab_size))
             : std::nullopt,
       [&lock] { lock->check(); },
       {build_text(), words.command, origin_of(config)}});
  const ExitCode code = trainer.run() == Outcome::kFinished ? ExitCode::kDone : ExitCode::kStopped;
  return static_cast<int>(code);
}

}  // namespace

int run_train(Runtime& runtime, std::span<const std::string> args) {
  TrainConfiguration config;
  Words more;
  OptionTable table;
  config.describe(table);
  OptionTable words = table;
  words.add("trainer.take_over", &more.take_over,
            "go on in a run_dir that a job on another host was using and may still use: your word "
            "that it runs no longer");
  std::optional<std::uint64_t> ranks;
  words.add_flag("dry-run", &more.only_plan,
                 "check all that a start on these ranks checks, print the plan, write nothing");
  words.add("ranks", &ranks, kDryRanksHelp);
  words.add_short("init", "trainer.initialize_from");
  words.add_short("device", "trainer.device");
  words.add_short("watchdog", "trainer.watchdog");
  CommandLine line;
  line.command = "train";
  line.summary =
      "Trains a model on a dataset. Start it again with the same configuration to go on.";
  line.table = &words;
  line.takes_config = true;
  if (!parse_command_line(line, args)) return static_cast<int>(ExitCode::kDone);
  config.validate();
  const int planned = dry_run_ranks(more.only_plan, ranks);
  if (more.only_plan && !launched_with_others()) return dry_run(config, words, table, planned);
  more.command = "amt train";
  for (const std::string& word : args) more.command += " " + word;
  mpi::Communicator& world = runtime.start_mpi(config.trainer.watchdog, configuration_text(line));
  return more.only_plan ? dry_run(config, words, table, world)
                        : train(config, words, table, more, world);
}

}  // namespace amt
