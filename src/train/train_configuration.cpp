#include "amt/train/train_configuration.hpp"

#include <fmt/core.h>

#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"
#include "amt/evaluate/dataset_fit.hpp"
#include "amt/generate/sample.hpp"
#include "amt/model/model_limits.hpp"
#include "amt/optimizer/proposal.hpp"
#include "amt/process/log.hpp"
#include "amt/resources/divisors.hpp"

namespace amt {
namespace {

/// Called before the model's own check, because this error suggests a number that works.
void check_heads(const ModelConfig& model) {
  if (model.hidden_dim < 1 || model.num_heads < 1 || model.hidden_dim % model.num_heads == 0) {
    return;
  }
  throw UsageError(fmt::format(
      "--model.num_heads {} does not divide --model.hidden_dim {}; use {} heads", model.num_heads,
      model.hidden_dim, divisors_near(model.hidden_dim, model.num_heads)));
}

void require_at_most(int value, int most, const char* option) {
  if (value > most) throw UsageError(fmt::format("--{}: {} is more than {}", option, value, most));
}

/// Chooses values for the options that are auto. The model's width must be known.
void choose_what_is_open(TrainConfiguration& config, std::uint64_t rows) {
  TrainerOptions& trainer = config.trainer;
  std::string chosen;
  const auto choose = [&](auto& option, const char* name, auto proposal) {
    if (!option.automatic) return;
    option = proposal;
    chosen += fmt::format("{}{} {}", chosen.empty() ? "--" : ", --", name, proposal);
  };
  choose(trainer.num_train_steps, "trainer.num_train_steps",
         proposed_steps(rows, trainer.train_batch_size));
  choose(trainer.steps_per_eval, "trainer.steps_per_eval",
         proposed_steps_per_eval(trainer.num_train_steps));
  choose(config.optimizer.learning_rate, "trainer.learning_rate",
         proposed_learning_rate(config.model.hidden_dim, !trainer.initialize_from.empty()));
  if (chosen.empty()) return;
  log_info(fmt::format("chosen for {} rows: {}", format_count(rows), chosen));
}

}  // namespace

void DataOptions::register_options(OptionTable& table) {
  // The folder may be moved, because the dataset is recognised by its digest.
  table.add("data.dataset", &dataset, "folder created by `amt prepare`", Effect::kNothing);
  table.add("data.verify", &verify,
            "verify the checksum of each block of 4,096 rows when its first row is used",
            Effect::kNothing);
  table.add("data.verify_first", &verify_first,
            "read all rows once at the start, divided among the ranks, and verify their checksums",
            Effect::kNothing);
  table.add_customary("data.dataset", {"data", "data_dir", "train_data", "dataset_dir"});
}

void DataOptions::validate() const {
  if (dataset.empty()) {
    throw UsageError("--data.dataset must name a folder created by `amt prepare`");
  }
}

void TrainConfiguration::register_options(OptionTable& table) {
  trainer.register_options(table);
  optimizer.register_options(table);
  checkpointer.register_options(table);
  data.register_options(table);
  model.register_options(table);
}

std::string TrainConfiguration::to_ini() const {
  TrainConfiguration copy = *this;
  OptionTable table;
  copy.register_options(table);
  return table.to_ini();
}

void TrainConfiguration::validate() const {
  trainer.validate();
  optimizer.validate();
  checkpointer.validate();
  data.validate();
  if (trainer.initialize_from.empty()) validate_model();
}

void TrainConfiguration::validate_model() const {
  check_heads(model);
  model.validate();
  require_at_most(model.hidden_dim, kMaxWidth, "model.hidden_dim");
  require_at_most(model.num_layers, kMaxLayers, "model.num_layers");
  require_at_most(model.seq_len, kMaxPositions, "model.seq_len");
}

Manifest TrainConfiguration::read_dataset() {
  Manifest manifest = read_manifest(data.dataset);
  model.vocab_size = manifest.vocabulary;
  check_dataset_fits(manifest, model, "the model");
  const std::string mute = trainer.steps_per_sample > 0 ? generation_refusal(model) : "";
  if (!mute.empty()) throw UsageError("--trainer.steps_per_sample: the model " + mute);
  if (manifest.split(Split::kTrain).rows == 0) {
    throw UsageError(fmt::format("{} has no rows in its training split; prepare it from more files",
                                 data.dataset));
  }
  choose_what_is_open(*this, manifest.split(Split::kTrain).rows);
  return manifest;
}

}  // namespace amt
