#include "amt/checkpoint/training_state.hpp"

#include <fmt/core.h>

#include <cmath>
#include <vector>

#include "amt/base/error.hpp"
#include "amt/base/json.hpp"
#include "amt/base/json_number.hpp"

namespace amt {
namespace {

constexpr const char* kFormat = "amt-training-state";
constexpr int kVersion = 1;

constexpr std::size_t kMaxName = 64;  // characters
constexpr std::int64_t kAnyCount = std::numeric_limits<std::int64_t>::max();

double loss_of(const json::Value& value) {
  return value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.number();
}

std::int64_t count_of(const json::Value& root, const char* name) {
  return root.at(name).integer(0, kAnyCount);
}

/// A matching hash does not mean the contents make sense, so check that the numbers agree.
void check_consistent(const TrainingState& state, const std::filesystem::path& path) {
  const auto require = [&path](bool holds, const std::string& problem) {
    if (!holds) throw Error(fmt::format("{}: {}", path.string(), problem));
  };
  require(state.skipped <= state.step && state.updates == state.step - state.skipped,
          fmt::format("{} updates and {} skipped steps do not add up to the {} steps done",
                      state.updates, state.skipped, state.step));
  require(state.skipped_in_a_row <= state.skipped,
          "more steps were skipped in a row than in total");
  require(state.evaluated_step <= state.step, "the last validation came after the last step");
  require(state.averaged <= state.step, "`averaged` is larger than `step`");
  require(state.best_step <= state.evaluated_step, "the best validation came after the last one");
  require((state.best_step == 0) == !std::isfinite(state.best_loss),
          "the best validation has a step and no loss, or a loss and no step");
  require(state.validations_since_best <= state.evaluated_step - state.best_step,
          "more validations than steps came after the best one");
  const std::uint64_t steps = state.step;
  require(
      steps == 0 ? state.next_row == 0 : state.next_row >= steps && state.next_row % steps == 0,
      fmt::format("next_row {} does not match {} steps of equal size", state.next_row, state.step));
}

/// Older versions did not track the best validation, so these fields may be missing.
void read_best(const json::Value& root, TrainingState& state) {
  if (!root.find("best_step")) return;
  state.best_step = count_of(root, "best_step");
  state.best_loss = loss_of(root.at("best_loss"));
  state.validations_since_best = count_of(root, "validations_since_best");
}

std::vector<double> numbers_of(const json::Value& root, const char* name) {
  std::vector<double> numbers;
  for (const json::Value& number : root.at(name).array(RecentSteps::kMost)) {
    numbers.push_back(number.number());
  }
  return numbers;
}

/// Reads the recent steps, oldest first; there are none if the run does not detect spikes.
void read_recent(const json::Value& root, TrainingState& state) {
  if (!root.find("recent_losses")) return;
  const auto losses = numbers_of(root, "recent_losses"), norms = numbers_of(root, "recent_norms");
  if (losses.size() != norms.size()) root.fail("has different numbers of recent losses and norms");
  for (std::size_t i = 0; i < losses.size(); ++i) state.recent.add(losses[i], norms[i]);
}

void write_recent(const RecentSteps& recent, nlohmann::ordered_json& json) {
  if (recent.count == 0) return;
  for (std::int64_t i = recent.count - recent.held(); i < recent.count; ++i) {
    json["recent_losses"].push_back(recent.losses[i % RecentSteps::kMost]);
    json["recent_norms"].push_back(recent.norms[i % RecentSteps::kMost]);
  }
}

}  // namespace

void add_validation(TrainingState& state, double loss) {
  state.valid_loss = loss;
  state.evaluated_step = state.step;
  ++state.validations_since_best;
  // best_loss starts as NaN, so the first finite loss is always the best.
  if (!std::isfinite(loss) || loss >= state.best_loss) return;
  state.best_loss = loss;
  state.best_step = state.step;
  state.validations_since_best = 0;
}

std::string to_json(const TrainingState& state) {
  nlohmann::ordered_json json = {{"format", kFormat},
                                 {"version", kVersion},
                                 {"step", state.step},
                                 {"updates", state.updates},
                                 {"next_row", state.next_row},
                                 {"skipped", state.skipped},
                                 {"skipped_in_a_row", state.skipped_in_a_row},
                                 {"evaluated_step", state.evaluated_step},
                                 {"best_step", state.best_step},
                                 {"validations_since_best", state.validations_since_best},
                                 {"ranks", state.ranks},
                                 {"seed", state.seed},
                                 {"dataset_digest", state.dataset_digest},
                                 {"encoding", state.encoding},
                                 {"train_loss", number_or_null(state.train_loss)},
                                 {"valid_loss", number_or_null(state.valid_loss)},
                                 {"best_loss", number_or_null(state.best_loss)}};
  if (state.averaged > 0) json["averaged"] = state.averaged;
  write_recent(state.recent, json);
  return json.dump(2) + "\n";
}

TrainingState read_training_state(const std::filesystem::path& path) {
  const json::Value root = json::read_format(path, {}, kFormat, kVersion);
  TrainingState state;
  state.step = count_of(root, "step");
  state.updates = count_of(root, "updates");
  state.next_row = root.at("next_row").count();
  state.skipped = count_of(root, "skipped");
  state.skipped_in_a_row = count_of(root, "skipped_in_a_row");
  state.evaluated_step = count_of(root, "evaluated_step");
  state.ranks = root.at("ranks").integer(1, std::numeric_limits<int>::max());
  state.seed = root.at("seed").count(std::numeric_limits<std::uint64_t>::max());
  state.dataset_digest = root.at("dataset_digest").text(kMaxName);
  state.encoding = root.at("encoding").text(kMaxName);
  state.train_loss = loss_of(root.at("train_loss"));
  state.valid_loss = loss_of(root.at("valid_loss"));
  read_best(root, state);
  read_recent(root, state);
  if (root.find("averaged")) state.averaged = count_of(root, "averaged");
  check_consistent(state, path);
  return state;
}

void check_continues(const std::filesystem::path& run, const TrainingState& saved,
                     const TrainingState& now) {
  const auto refuse = [&run](const char* what, const auto& then, const auto& value) {
    throw UsageError(
        fmt::format("the checkpoint in {} was made with {} {}, but this run has {}; use another "
                    "--trainer.run_dir",
                    run.string(), what, then, value));
  };
  if (saved.encoding != now.encoding) refuse("encoding", saved.encoding, now.encoding);
  if (saved.dataset_digest != now.dataset_digest) {
    refuse("dataset", saved.dataset_digest, now.dataset_digest);
  }
  if (saved.seed != now.seed) refuse("seed", saved.seed, now.seed);
}

}  // namespace amt
