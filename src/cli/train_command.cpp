// amt train: a dataset -> a trained model, with checkpoints.
#include <array>
#include <iostream>
#include <optional>

#include "amt/base/error.hpp"
#include "amt/base/hash.hpp"
#include "amt/base/log.hpp"
#include "amt/base/signals.hpp"
#include "amt/base/strings.hpp"
#include "amt/cli/command_line.hpp"
#include "amt/cli/runtime.hpp"
#include "amt/collective/reducer.hpp"
#include "amt/dataset/verify.hpp"
#include "amt/mpi/collectively.hpp"
#include "amt/ops/cpu_ops.hpp"
#include "amt/train/resources.hpp"
#include "amt/train/run_configuration.hpp"
#include "amt/train/train_configuration.hpp"
#include "amt/train/trainer.hpp"

namespace amt {
namespace {

/// What every rank needs before the model is made; opening it is where most mistakes show.
struct Inputs {
  Manifest manifest;
  std::optional<DatasetRows> train, valid;
  int micro_batch = 1;
};

Inputs open_inputs(TrainConfiguration& config, const mpi::Communicator& world) {
  Inputs inputs;
  inputs.micro_batch = config.trainer.micro_batch(world.size());
  inputs.manifest = config.read_dataset();
  check_memory(config.model, inputs.micro_batch, world);
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

void print_plan(TrainConfiguration& config, const std::string& resolved) {
  const Manifest manifest = config.read_dataset();
  const int micro = config.trainer.micro_batch(1);
  const auto bytes = static_cast<double>(training_bytes(config.model, micro, sizeof(float)));
  const auto count = static_cast<std::uint64_t>(ParameterLayout(config.model).count());
  std::cout << resolved << "\n# " << format_count(count) << " parameters; " << format_bytes(bytes)
            << " of memory on one rank with " << micro
            << " rows per micro-batch\n# dataset: " << encoding_name(manifest.encoding) << ", "
            << format_count(manifest.split(Split::kTrain).rows) << " rows to train on, "
            << format_count(manifest.split(Split::kValid).rows) << " to validate on\n";
}

void announce(const Gpt2& model, const Inputs& inputs, const std::string& device, int ranks) {
  log_info(str_cat(format_count(static_cast<std::uint64_t>(model.layout().count())),
                   " parameters, ", encoding_name(inputs.manifest.encoding), "; ", ranks,
                   " ranks, each ", device, ", ", inputs.micro_batch, " rows per micro-batch"));
  if (!inputs.valid) log_warning("the dataset has no validation rows: nothing is validated");
}

int train(TrainConfiguration& config, const std::string& resolved, mpi::Communicator& world) {
  install_stop_handlers();  // before there are any other threads that compute
  std::optional<Inputs> inputs;
  mpi::collectively(world, [&] { inputs = open_inputs(config, world); });
  mpi::collectively(world, [&] {  // after all ranks have found their inputs to be good
    if (world.rank() != 0) return;
    open_run(RunPaths(config.trainer.run_dir), resolved, config.trainer.load_last_checkpoint);
  });
  const auto ops = make_cpu_ops(threads_per_rank(config.trainer.threads, world),
                                config.trainer.precision(bf16_support()));
  const auto reducer = world.size() == 1 ? make_single_reducer() : make_mpi_reducer(*ops, world);
  Gpt2 model(*ops, config.model, inputs->micro_batch);
  announce(model, *inputs, ops->description(), world.size());
  Trainer trainer(model, *reducer, *inputs->train, inputs->valid ? &*inputs->valid : nullptr,
                  {config.trainer, config.optimizer, config.checkpointer, config.data.dataset,
                   hex64(inputs->manifest.digest()), encoding_name(inputs->manifest.encoding)});
  const ExitCode code = trainer.run() == Outcome::kFinished ? ExitCode::kDone : ExitCode::kStopped;
  return static_cast<int>(code);
}

}  // namespace

int run_train(Runtime& runtime, std::span<const std::string> args) {
  TrainConfiguration config;
  bool dry_run = false;
  OptionTable table;
  config.describe(table);
  OptionTable words = table;
  words.add_flag("dry-run", &dry_run, "check everything, print the plan, do nothing");
  CommandLine line;
  line.command = "train";
  line.summary =
      "Trains a model on a dataset. Start it again with the same configuration to go on.";
  line.table = &words;
  line.takes_config = true;
  if (!parse_command_line(line, args)) return static_cast<int>(ExitCode::kDone);
  config.validate();
  const std::string resolved = table.to_ini();
  if (dry_run) {
    print_plan(config, resolved);
    return static_cast<int>(ExitCode::kDone);
  }
  return train(config, resolved, runtime.start_mpi());
}

}  // namespace amt
