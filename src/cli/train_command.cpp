// amt train: a dataset -> a trained model, with checkpoints.
#include <array>
#include <iostream>
#include <optional>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/base/hash.hpp"
#include "amt/base/log.hpp"
#include "amt/base/poller.hpp"
#include "amt/base/signals.hpp"
#include "amt/base/strings.hpp"
#include "amt/cli/command_line.hpp"
#include "amt/cli/runtime.hpp"
#include "amt/dataset/verify.hpp"
#include "amt/mpi/collectively.hpp"
#include "amt/train/checkpoint.hpp"
#include "amt/train/evaluation.hpp"
#include "amt/train/initial_model.hpp"
#include "amt/train/run_configuration.hpp"
#include "amt/train/train_configuration.hpp"
#include "amt/train/trainer.hpp"
#include "amt/weights/hugging_face.hpp"
#include "same_dataset.hpp"
#include "train_device.hpp"

namespace amt {
namespace {

constexpr double kPollSeconds = 1;  // between looks for errors that block the main thread in CUDA

/// What every rank needs before the model is made; opening it is where most mistakes show.
struct Inputs {
  Manifest manifest;
  std::optional<DatasetRows> train, valid;
};

/// Takes what the user leaves open of the model from what training begins with: the run itself if
/// it goes on, else the folder it is initialised from, which is read whole to find damage before
/// anything is written. For one rank.
void choose_model(TrainConfiguration& config, const OptionTable& given) {
  const std::string& source = config.trainer.initialize_from;
  const RunPaths run(config.trainer.run_dir);
  if (source.empty()) return;
  if (goes_on(run, config.trainer.load_last_checkpoint)) {
    log_info(str_cat(run.run().string(), " has checkpoints of its own: ", source, " is not read"));
    return take_values(read_text(run.config()), given, config.model);
  }
  HuggingFaceModel model(find_model(source));
  check_dataset_fits(read_manifest(config.data.dataset), model.config(), source);
  follow_model(model.config(), source, given, config.model);
  std::vector<float> values(static_cast<std::size_t>(model.layout().total()));
  model.read(values);
}

/// Collective: rank 0 chooses for all.
void agree_on_model(TrainConfiguration& config, const OptionTable& given,
                    const mpi::Communicator& world) {
  mpi::collectively(world, [&] {
    if (world.rank() != 0) return;
    choose_model(config, given);
    config.validate_model();
  });
  OptionTable model;
  config.model.describe(model);
  std::string chosen = model.to_ini();
  world.broadcast(chosen, 0);
  take_values(chosen, {}, config.model);
}

Inputs open_inputs(const TrainConfiguration& config, Manifest manifest,
                   const mpi::Communicator& world) {
  Inputs inputs;
  inputs.manifest = std::move(manifest);
  inputs.train.emplace(SplitReader(config.data.dataset, inputs.manifest, Split::kTrain));
  if (inputs.manifest.split(Split::kValid).rows > 0) {
    inputs.valid.emplace(SplitReader(config.data.dataset, inputs.manifest, Split::kValid));
  }
  if (config.data.verify) {
    constexpr std::array kRead = {Split::kTrain, Split::kValid};
    verify_share(config.data.dataset, inputs.manifest, kRead, world.rank(), world.size());
  }
  return inputs;
}

/// Of the newest checkpoint that says where it stands. Damage is for find_checkpoint to tell of.
std::optional<TrainingState> newest_state(const RunPaths& run) {
  for (const std::int64_t step : checkpoint_steps(run)) {
    try {
      return read_training_state(CheckpointPaths{run.step(step)}.state());
    } catch (const Error&) {
      continue;
    }
  }
  return std::nullopt;
}

/// UsageError if the run cannot go on with this dataset. For one rank, before config.ini is written
/// anew; the trainer looks again, at the checkpoint that it takes.
void check_run(const TrainConfiguration& config, const Manifest& manifest) {
  const RunPaths run(config.trainer.run_dir);
  const auto saved = newest_state(run);
  if (!saved || !config.trainer.load_last_checkpoint) return;
  TrainingState now = *saved;
  now.dataset_digest = hex64(manifest.digest());
  now.encoding = encoding_name(manifest.encoding);
  check_continues(run.run(), *saved, now, config.trainer.train_batch_size);
}

/// What a dry run prints besides the configuration.
void print_plan(const TrainConfiguration& config, const OptionTable& given,
                const Manifest& manifest) {
  const auto count = static_cast<std::uint64_t>(ParameterLayout(config.model).count());
  std::cout << "\n# " << format_count(count) << " parameters\n";
  print_device_plan(config, given);
  std::cout << "# dataset: " << encoding_name(manifest.encoding) << ", "
            << format_count(manifest.split(Split::kTrain).rows) << " rows to train on, "
            << format_count(manifest.split(Split::kValid).rows) << " to validate on\n";
}

int dry_run(TrainConfiguration& config, const OptionTable& given, const OptionTable& table) {
  choose_model(config, given);
  config.validate_model();
  const Manifest manifest = config.read_dataset();
  std::cout << table.to_ini();
  print_plan(config, given, manifest);
  return static_cast<int>(ExitCode::kDone);
}

void announce(const Gpt2& model, int micro_batch, const Inputs& inputs, const std::string& device) {
  log_info(str_cat(format_count(static_cast<std::uint64_t>(model.layout().count())),
                   " parameters, ", encoding_name(inputs.manifest.encoding), ", ", micro_batch,
                   " rows per micro-batch; ", device));
  if (!inputs.valid) log_warning("the dataset has no validation rows: nothing is validated");
}

int train(TrainConfiguration& config, const OptionTable& given, const OptionTable& table,
          mpi::Communicator& world) {
  install_stop_handlers();  // before there are any other threads that compute
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
  mpi::collectively(world, [&] { inputs = open_inputs(config, std::move(manifest), world); });
  mpi::collectively(world, [&] {  // after all ranks have found their inputs to be good
    if (world.rank() != 0) return;
    check_run(config, inputs->manifest);
    open_run(RunPaths(config.trainer.run_dir), table.to_ini(), config.trainer.load_last_checkpoint);
  });
  Gpt2 model(*device.ops, config.model, micro_batch);
  const TrainerOptions completed = complete(config.trainer, device);
  announce(model, micro_batch, *inputs, describe(device, completed, world.size()));
  announce_choices(completed, device, recomputes);
  const RowSource* valid = inputs->valid ? &*inputs->valid : nullptr;
  Trainer trainer(
      model, *device.reducer, *inputs->train, valid,
      {completed, config.optimizer, config.checkpointer, config.data.dataset,
       hex64(inputs->manifest.digest()), encoding_name(inputs->manifest.encoding),
       initial_values(config.trainer.initialize_from), profiler_of(device),
       world.rank() == 0 ? std::optional(unigram_loss_of_run(*inputs->train, valid,
                                                             config.model.vocab_size))
                         : std::nullopt});
  const ExitCode code = trainer.run() == Outcome::kFinished ? ExitCode::kDone : ExitCode::kStopped;
  return static_cast<int>(code);
}

}  // namespace

int run_train(Runtime& runtime, std::span<const std::string> args) {
  TrainConfiguration config;
  bool only_plan = false;
  OptionTable table;
  config.describe(table);
  OptionTable words = table;
  words.add_flag("dry-run", &only_plan, "check everything, print the plan, do nothing");
  words.add("init", &config.trainer.initialize_from, "the same as --trainer.initialize_from");
  words.add("device", &config.trainer.device, "the same as --trainer.device");
  words.add("watchdog", &config.trainer.watchdog, "the same as --trainer.watchdog");
  CommandLine line;
  line.command = "train";
  line.summary =
      "Trains a model on a dataset. Start it again with the same configuration to go on.";
  line.table = &words;
  line.takes_config = true;
  if (!parse_command_line(line, args)) return static_cast<int>(ExitCode::kDone);
  config.validate();
  if (only_plan) return dry_run(config, words, table);
  return train(config, words, table,
               runtime.start_mpi(config.trainer.watchdog, configuration_text(line)));
}

}  // namespace amt
