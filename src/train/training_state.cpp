#include "amt/train/training_state.hpp"

#include <algorithm>

#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"
#include "json_file.hpp"

namespace amt {
namespace {

constexpr const char* kFormat = "amt-training-state";
constexpr int kVersion = 1;

double loss_of(const Json& value) {
  return value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
}

std::int64_t count_of(const Json& json, const char* key) {
  const auto value = json.at(key).get<std::int64_t>();
  if (value < 0) throw Error(str_cat(key, " is negative"));
  return value;
}

TrainingState parse(const Json& json) {
  TrainingState state;
  state.step = count_of(json, "step");
  state.updates = count_of(json, "updates");
  state.next_row = static_cast<std::uint64_t>(count_of(json, "next_row"));
  state.skipped = count_of(json, "skipped");
  state.skipped_in_a_row = count_of(json, "skipped_in_a_row");
  state.evaluated_step = count_of(json, "evaluated_step");
  state.ranks = json.at("ranks").get<int>();
  state.seed = json.at("seed").get<std::uint64_t>();
  state.dataset_digest = json.at("dataset_digest").get<std::string>();
  state.encoding = json.at("encoding").get<std::string>();
  state.train_loss = loss_of(json.at("train_loss"));
  state.valid_loss = loss_of(json.at("valid_loss"));
  return state;
}

}  // namespace

std::string to_json(const TrainingState& state) {
  const Json json = {{"format", kFormat},
                     {"version", kVersion},
                     {"step", state.step},
                     {"updates", state.updates},
                     {"next_row", state.next_row},
                     {"skipped", state.skipped},
                     {"skipped_in_a_row", state.skipped_in_a_row},
                     {"evaluated_step", state.evaluated_step},
                     {"ranks", state.ranks},
                     {"seed", state.seed},
                     {"dataset_digest", state.dataset_digest},
                     {"encoding", state.encoding},
                     {"train_loss", number_or_null(state.train_loss)},
                     {"valid_loss", number_or_null(state.valid_loss)}};
  return json.dump(2) + "\n";
}

TrainingState read_training_state(const std::filesystem::path& path) {
  return read_json_file(path, kFormat, kVersion, parse);
}

void check_continues(const std::filesystem::path& run, const TrainingState& saved,
                     const TrainingState& now, int train_batch_size) {
  const auto refuse = [&run](const char* what, const auto& then, const auto& value) {
    throw UsageError(str_cat("the checkpoint in ", run.string(), " was made with ", what, " ", then,
                             ", this run has ", value, "; use another --trainer.run_dir"));
  };
  if (saved.encoding != now.encoding) refuse("encoding", saved.encoding, now.encoding);
  if (saved.dataset_digest != now.dataset_digest) {
    refuse("dataset", saved.dataset_digest, now.dataset_digest);
  }
  if (saved.seed != now.seed) refuse("seed", saved.seed, now.seed);
  const auto batch = static_cast<std::uint64_t>(train_batch_size);
  const auto steps = static_cast<std::uint64_t>(saved.step);
  if (saved.next_row != steps * batch) {
    refuse("train_batch_size", saved.next_row / std::max<std::uint64_t>(1, steps), batch);
  }
}

}  // namespace amt
