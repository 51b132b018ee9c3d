#include "evaluator.hpp"

#include <fmt/core.h>

#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"
#include "amt/checkpoint/checkpoint.hpp"
#include "amt/checkpoint/training_state.hpp"
#include "amt/evaluate/dataset_fit.hpp"
#include "amt/model/difference.hpp"
#include "amt/mpi/run_on_all.hpp"

namespace amt {
namespace {

namespace fs = std::filesystem;

/// Returns the number of training steps; nullopt for a model that amt did not train.
std::optional<std::int64_t> step_of(const fs::path& folder) {
  const fs::path state = CheckpointPaths{folder}.state();
  if (!fs::exists(state)) return std::nullopt;
  return read_training_state(state).step;
}

[[noreturn]] void refuse_empty_split(const std::string& dataset, const Manifest& manifest,
                                     Split split) {
  std::string others;
  for (const Split other : {Split::kTrain, Split::kValid, Split::kTest}) {
    const std::uint64_t rows = manifest.split(other).rows;
    if (rows == 0) continue;
    others += fmt::format("{}--split {} has {}", others.empty() ? "" : ", ", split_name(other),
                          format_count(rows));
  }
  throw UsageError(
      fmt::format("{} has no rows in its {} split{}; to get some, prepare it from more files or "
                  "with a larger fraction for that split (amt prepare --help)",
                  dataset, split_name(split), others.empty() ? "" : " (" + others + ")"));
}

}  // namespace

EvaluationRows::EvaluationRows(const std::string& dataset, Split s, const RowSelection& chosen)
    : manifest(read_manifest(dataset)), split(s), selection(chosen) {
  if (manifest.split(split).rows == 0) {
    refuse_empty_split(dataset, manifest, split);
  }
  train.emplace(SplitReader(dataset, manifest, Split::kTrain, Checksums::kOfRowsUsed));
  evaluated.emplace(SplitReader(dataset, manifest, split, Checksums::kOfRowsUsed));
}

Evaluator::Evaluator(const EvaluationRows& rows, int micro_batch, WeightFormat weights,
                     const mpi::Communicator& world, Ops& ops, Reducer& reducer)
    : rows_(rows),
      micro_batch_(micro_batch),
      weights_(weights),
      world_(world),
      ops_(ops),
      reducer_(reducer) {
  record_.split = rows.split;
  record_.rows = rows.selection.count(rows.evaluated->rows());
}

HuggingFaceModel Evaluator::open(const fs::path& folder) const {
  HuggingFaceModel source(folder);
  check_dataset_fits(rows_.manifest, source.config(), folder.string());
  if (!model_) return source;
  if (const auto difference = shape_difference(source.config(), model_->config())) {
    throw Error(fmt::format("its {} is {}, but {} in the checkpoints before it", difference->key,
                            difference->before, difference->now));
  }
  return source;
}

void Evaluator::load(const fs::path& folder) {
  std::optional<HuggingFaceModel> source;
  mpi::run_on_all(world_, [&] { source.emplace(open(folder)); });
  if (!model_) model_.emplace(ops_, source->config(), micro_batch_, Purpose::kInference);
  mpi::run_on_all(world_, [&] {
    if (world_.rank() != 0) return;
    std::vector<float> parameters(model_->layout().total());
    source->read(parameters);
    if (weights_ == WeightFormat::kInt8) round_to_int8(model_->layout(), parameters);
    model_->set_parameters(parameters);
    record_.step = step_of(folder);
  });
  reducer_.broadcast(model_->parameters(), model_->layout().total());
  record_.folder = folder;
}

EvaluationRecord Evaluator::evaluate() {
  const auto fields = rows_.manifest.encoding->fields;
  const auto sums = amt::evaluate(*model_, world_, *rows_.evaluated, rows_.selection, micro_batch_,
                                  fields.empty() ? kLossParts : fields.size());
  if (!sums) {
    throw mpi::CollectiveError(
        fmt::format("stopped on a signal before {} was evaluated; start again to evaluate it",
                    record_.folder.string()));
  }
  if (!unigram_) {
    unigram_ = unigram_loss(world_, *rows_.train, *rows_.evaluated, rows_.selection,
                            rows_.manifest.vocabulary);
  }
  record_.metrics = derive_metrics(*sums, rows_.manifest, rows_.split);
  record_.unigram_loss = *unigram_;
  return record_;
}

}  // namespace amt
