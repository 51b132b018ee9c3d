// amt eval: a checkpoint and a dataset -> loss, bps, perplexities.
#include <cmath>
#include <cstdio>
#include <iostream>
#include <optional>

#include "amt/base/error.hpp"
#include "amt/base/signals.hpp"
#include "amt/base/strings.hpp"
#include "amt/cli/command_line.hpp"
#include "amt/cli/runtime.hpp"
#include "amt/collective/reducer.hpp"
#include "amt/mpi/collectively.hpp"
#include "amt/ops/cpu_ops.hpp"
#include "amt/train/checkpoint.hpp"
#include "amt/train/evaluation.hpp"
#include "amt/train/hugging_face.hpp"
#include "amt/train/resources.hpp"
#include "amt/train/train_configuration.hpp"

namespace amt {
namespace {

struct EvalOptions {
  std::string checkpoint, dataset;
  std::string split = "test";
  std::uint64_t subsample = 1;
  int batch = 1;
  int threads = 0;

  void describe(OptionTable& table) {
    table.add("split", &split, "train, valid or test");
    table.add("subsample", &subsample, "look at every so-manyth row");
    table.add("batch", &batch, "rows at a time on each rank");
    table.add("threads", &threads, "per rank; 0: OMP_NUM_THREADS, else its share of the node");
  }
  void validate() const {
    split_from_name(split);
    if (subsample < 1) throw UsageError("--subsample must be at least 1");
    if (batch < 1) throw UsageError("--batch must be at least 1");
    if (threads < 0) throw UsageError("--threads must be 0 or more");
  }
};

/// What is evaluated on what.
struct Inputs {
  std::filesystem::path folder;
  Manifest manifest;
  std::optional<HuggingFaceModel> model;
  std::optional<DatasetRows> train, rows;
};

Inputs open_inputs(const EvalOptions& options, const std::filesystem::path& folder) {
  Inputs inputs;
  inputs.folder = folder;
  inputs.manifest = read_manifest(options.dataset);
  inputs.model.emplace(folder);
  check_dataset_fits(inputs.manifest, inputs.model->config(), folder.string());
  const Split split = split_from_name(options.split);
  if (inputs.manifest.split(split).rows == 0) {
    throw UsageError(str_cat(options.dataset, " has no rows in its ", options.split, " split"));
  }
  inputs.train.emplace(SplitReader(options.dataset, inputs.manifest, Split::kTrain));
  inputs.rows.emplace(SplitReader(options.dataset, inputs.manifest, split));
  return inputs;
}

/// Rank 0 looks for the checkpoint and verifies it, so that its files are hashed once.
std::filesystem::path agree_on_folder(const std::string& asked, const mpi::Communicator& world) {
  std::string folder;
  mpi::collectively(world, [&] {
    if (world.rank() == 0) folder = find_model(asked).string();
  });
  world.broadcast(folder, 0);
  return folder;
}

/// "name    value" with the values in a column.
void print_row(const char* name, const std::string& value) {
  std::printf("%-33s %s\n", name, value.c_str());
}

void print_results(const EvalOptions& options, const Inputs& inputs, const LossSums& sums,
                   std::uint64_t selected, double unigram) {
  const SplitInfo& split = inputs.manifest.split(split_from_name(options.split));
  const double loss = sums.mean();
  const double predicted = static_cast<double>(split.rows) * (inputs.manifest.context_length - 1);
  print_row("checkpoint", inputs.folder.string());
  print_row("parameters", format_count(static_cast<std::uint64_t>(inputs.model->layout().count())));
  print_row("encoding", encoding_name(inputs.manifest.encoding));
  print_row("rows", str_cat(format_count(selected), " of ", format_count(split.rows), " (",
                            options.split, ")"));
  print_row("loss, nats per token", fixed(loss, 4));
  print_row("loss of token frequencies alone", fixed(unigram, 4));
  if (split.seconds_of_music > 0) {
    print_row("bits per second of music",
              fixed(bits_per_second(loss, predicted, split.seconds_of_music), 2));
  }
  if (inputs.manifest.encoding == Encoding::kArrival) {
    print_row("perplexity of an event", fixed(std::exp(3 * loss), 3));
    print_row("perplexity of an onset", fixed(std::exp(sums.mean(0)), 3));
    print_row("perplexity of a duration", fixed(std::exp(sums.mean(1)), 3));
    print_row("perplexity of a note", fixed(std::exp(sums.mean(2)), 3));
  }
}

int eval(const EvalOptions& options, mpi::Communicator& world) {
  install_stop_handlers();  // before there are any other threads that compute
  const std::filesystem::path folder = agree_on_folder(options.checkpoint, world);
  std::optional<Inputs> inputs;
  mpi::collectively(world, [&] { inputs = open_inputs(options, folder); });
  const auto ops = make_cpu_ops(threads_per_rank(options.threads, world));
  const auto reducer = world.size() == 1 ? make_single_reducer() : make_mpi_reducer(*ops, world);
  Gpt2 model(*ops, inputs->model->config(), options.batch);
  mpi::collectively(world, [&] {
    std::vector<float> parameters(static_cast<std::size_t>(model.layout().total()));
    inputs->model->read(parameters);
    model.set_parameters(parameters);
  });
  const RowSelection selection{options.subsample, 0};
  const auto sums = evaluate(model, *reducer, *inputs->rows, selection, options.batch);
  if (!sums) throw mpi::AgreedError("stopped on a signal; nothing was evaluated");
  const double unigram =
      unigram_loss(*reducer, *inputs->train, *inputs->rows, selection, inputs->manifest.vocabulary);
  if (world.rank() == 0) {
    print_results(options, *inputs, *sums, selection.count(inputs->rows->rows()), unigram);
  }
  return static_cast<int>(ExitCode::kDone);
}

}  // namespace

int run_eval(Runtime& runtime, std::span<const std::string> args) {
  EvalOptions options;
  OptionTable table;
  options.describe(table);
  CommandLine line;
  line.command = "eval";
  line.summary = "Evaluates a model on a split of a dataset.";
  line.positionals = {
      {"CHECKPOINT", "a checkpoint's folder, a run's folder, or a folder in Hugging Face's layout",
       &options.checkpoint},
      {"DATASET", "folder that `amt prepare` wrote", &options.dataset}};
  line.table = &table;
  if (!parse_command_line(line, args)) return static_cast<int>(ExitCode::kDone);
  options.validate();
  return eval(options, runtime.start_mpi());
}

}  // namespace amt
