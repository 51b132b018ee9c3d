#include "start.hpp"

#include <fmt/core.h>

#include <array>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/base/hash.hpp"
#include "amt/base/ini.hpp"
#include "amt/checkpoint/checkpoint.hpp"
#include "amt/dataset/verify.hpp"
#include "amt/evaluate/dataset_fit.hpp"
#include "amt/evaluate/evaluation.hpp"
#include "amt/model/difference.hpp"
#include "amt/mpi/run_on_all.hpp"
#include "amt/process/log.hpp"
#include "amt/record/facts.hpp"
#include "amt/trainer/early_end.hpp"
#include "amt/trainer/epochs.hpp"
#include "amt/weights/hugging_face.hpp"
#include "run_configuration.hpp"

namespace amt {
namespace {

constexpr const char* kReshuffle = "trainer.reshuffle";

void open_splits(const TrainConfiguration& config, Checksums checksums, Inputs& inputs) {
  const auto open = [&](Split split) {
    return SplitReader(config.data.dataset, inputs.manifest, split, checksums);
  };
  inputs.train.emplace(open(Split::kTrain));
  if (inputs.manifest.split(Split::kValid).rows > 0) inputs.valid.emplace(open(Split::kValid));
}

}  // namespace

void choose_model(TrainConfiguration& config, const OptionTable& given) {
  const std::string& source = config.trainer.initialize_from;
  const RunPaths run(config.trainer.run_dir);
  if (source.empty()) return;
  if (resumes(run, config.trainer.load_last_checkpoint)) {
    log_info(
        fmt::format("{} already has checkpoints, so {} is not used", run.run().string(), source));
    return adopt_values(read_text(run.config()), given, config.model);
  }
  HuggingFaceModel model(find_model(source));
  check_dataset_fits(read_manifest(config.data.dataset), model.config(), source);
  adopt_config(model.config(), source, given, config.model);
  std::vector<float> values(model.layout().total());
  model.read(values);
}

void keep_order(const RunPaths& run, TrainConfiguration& config, const OptionTable& given) {
  if (given.given(kReshuffle) || !resumes(run, config.trainer.load_last_checkpoint)) return;
  if (!is_there(run.config())) return;  // this is refused later
  const auto values = ini_values(read_text(run.config()), run.config().string());
  if (!values.contains(kReshuffle)) config.trainer.reshuffle = false;
}

void agree_on_model(TrainConfiguration& config, const OptionTable& given,
                    const mpi::Communicator& world) {
  mpi::run_on_all(world, [&] {
    if (world.rank() != 0) return;
    choose_model(config, given);
    config.validate_model();
    keep_order(RunPaths(config.trainer.run_dir), config, given);
  });
  world.broadcast_value(config.trainer.reshuffle, 0);
  OptionTable model;
  config.model.register_options(model);
  std::string chosen = model.to_ini();
  world.broadcast(chosen, 0);
  adopt_values(chosen, {}, config.model);
}

double baseline_loss(const TrainConfiguration& config, const Manifest& manifest) {
  const RunPaths run(config.trainer.run_dir);
  if (resumes(run, config.trainer.load_last_checkpoint)) {
    try {
      if (const auto recorded = read_run_facts(run.facts()).unigram_loss) return *recorded;
    } catch (const Error&) {  // the trainer reports it
    }
  }
  Inputs unverified;
  unverified.manifest = manifest;
  open_splits(config, Checksums::kVerifiedBefore, unverified);
  return unigram_loss_of_run(*unverified.train, unverified.valid ? &*unverified.valid : nullptr,
                             config.model.vocab_size);
}

Inputs open_inputs(const TrainConfiguration& config, Manifest manifest, int rank, int ranks) {
  Inputs inputs;
  inputs.manifest = std::move(manifest);
  const bool when_used = config.data.verify && !config.data.verify_first;
  open_splits(config, when_used ? Checksums::kOfRowsUsed : Checksums::kVerifiedBefore, inputs);
  if (config.data.verify_first) {
    constexpr std::array kRead = {Split::kTrain, Split::kValid};
    verify_share(config.data.dataset, inputs.manifest, kRead, rank, ranks);
  }
  return inputs;
}

void question(const TrainConfiguration& config, const Manifest& manifest) {
  const bool validates = manifest.split(Split::kValid).rows > 0;
  for (const std::string& warning :
       {epochs_warning(config.trainer, manifest.split(Split::kTrain).rows),
        early_end_warning(config.trainer, config.checkpointer, validates)}) {
    if (!warning.empty()) log_warning(warning);
  }
}

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

void check_run(const TrainConfiguration& config, const Manifest& manifest) {
  const RunPaths run(config.trainer.run_dir);
  const auto saved = newest_state(run);
  if (!saved || !config.trainer.load_last_checkpoint) return;
  TrainingState now = *saved;
  now.dataset_digest = hex64(manifest.digest());
  now.encoding = manifest.encoding->name;
  check_continues(run.run(), *saved, now);
}

}  // namespace amt
