#include "amt/publish/job.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "amt/base/atomic_file.hpp"
#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/base/strings.hpp"
#include "amt/base/temporary_files.hpp"
#include "amt/checkpoint/checkpoint.hpp"
#include "amt/record/facts.hpp"
#include "amt/record/metrics.hpp"
#include "amt/weights/hugging_face.hpp"
#include "model_card.hpp"

namespace amt {
namespace {

namespace fs = std::filesystem;

constexpr double kTopP = 0.98;  // as in the paper

// The facts about a run that reveal nothing about its machine, its people or its folders.
constexpr std::array<const char*, 12> kPublicFacts = {
    "model", "tokens of context", "parameters",   "encoding", "training rows",   "validation rows",
    "batch", "learning rate",     "weight decay", "seed",     "work of a token", "version"};

/// Returns the run that a checkpoint belongs to; the checkpoint's folder need not exist.
std::optional<RunPaths> run_of(const fs::path& checkpoint, std::optional<std::int64_t>& step) {
  const fs::path folder = fs::absolute(checkpoint / ".").lexically_normal().parent_path();
  step = RunPaths::step_of(folder.filename().string());
  if (!step) return std::nullopt;
  return RunPaths(folder.parent_path().parent_path());
}

/// Returns the validation loss that was measured for exactly this checkpoint.
std::optional<ModelCard::Validation> validation_of(const RunPaths& run, std::int64_t step) {
  std::optional<ModelCard::Validation> found;
  if (!is_there(run.metrics())) return found;
  read_metrics(
      run.metrics(), [](const StepMetrics&) {},
      [&](const ValidationMetrics& metrics) {
        if (metrics.step + 1 == step) found = {step, metrics.loss, std::nullopt};
      });
  return found;
}

ModelCard card_of(const ExportOptions& options, const ModelConfig& config,
                  const std::optional<RunPaths>& run, std::int64_t step) {
  ModelCard card;
  card.name = options.name;
  card.license = options.license;
  card.base_model = options.base_model;
  card.datasets = options.dataset_ids();
  card.generates = config.vocab_size == kArrivalVocabulary && config.seq_len >= kContextLength;
  if (!run) return card;
  const RunFacts facts = read_run_facts(run->facts());
  for (const char* name : kPublicFacts) {
    const std::string text = facts.text(name);
    if (!text.empty()) card.facts.push_back({name, text});
  }
  card.facts.push_back({"steps", format_count(step)});
  card.validation = validation_of(*run, step);
  if (card.validation) card.validation->unigram_loss = facts.unigram_loss;
  return card;
}

std::string generation_config(const ModelConfig& config) {
  const nlohmann::ordered_json json = {
      {"do_sample", true},       {"top_p", kTopP},          {"max_length", config.seq_len},
      {"bos_token_id", nullptr}, {"eos_token_id", nullptr}, {"pad_token_id", nullptr}};
  return json.dump(2) + "\n";
}

void copy_events(const RunPaths& run, const fs::path& folder) {
  if (!is_there(run.tensorboard())) return;
  make_folders(folder);
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(run.tensorboard(), failed)) {
    if (!entry.is_regular_file() || is_temporary_name(entry.path().filename().string())) continue;
    fs::copy_file(entry.path(), folder / entry.path().filename(), failed);
    if (failed) throw system_error("cannot copy " + entry.path().string(), failed);
  }
  if (failed) throw system_error("cannot read the folder " + run.tensorboard().string(), failed);
}

void write_folder(const ExportOptions& options, const fs::path& folder) {
  const fs::path source = find_model(options.model);
  HuggingFaceModel model(source);
  std::vector<float> parameters(model.layout().total());
  require_space(folder.parent_path(), parameters.size() * sizeof(float));
  model.read(parameters);
  make_folders(folder);
  write_hugging_face(ModelPaths{folder}, model.config(), model.layout(), parameters);
  write_file_atomically(folder / "generation_config.json", generation_config(model.config()));
  std::optional<std::int64_t> step;
  const std::optional<RunPaths> run = run_of(source, step);
  write_file_atomically(folder / "README.md",
                        to_markdown(card_of(options, model.config(), run, step.value_or(0))));
  if (run) copy_events(*run, folder / run->tensorboard().filename());
  sync_file_system(folder);
}

/// Checks that the folder does not exist or is empty.
void require_free(const fs::path& folder) {
  if (!is_there(folder)) return;
  if (fs::is_directory(folder) && fs::is_empty(folder)) return;
  throw UsageError(
      fmt::format("{} exists and is not an empty folder; choose another name", folder.string()));
}

}  // namespace

void export_model(const ExportOptions& options) {
  const fs::path folder = fs::absolute(options.folder + "/.").lexically_normal().parent_path();
  require_free(folder);
  ExportOptions named = options;
  if (named.name.empty()) named.name = folder.filename().string();
  const fs::path partial = folder.parent_path() / temporary_name(folder.filename().string());
  std::error_code failed;
  try {
    write_folder(named, partial);
    fs::rename(partial, folder, failed);
    if (failed) throw system_error(fmt::format("cannot create {}", folder.string()), failed);
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(partial, ignored);
    throw;
  }
  fsync_path(folder.parent_path());
}

}  // namespace amt
