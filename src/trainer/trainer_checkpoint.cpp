// How the trainer starts a run or resumes one from a checkpoint.
#include <fmt/core.h>

#include "amt/base/activity.hpp"
#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/base/large_pages.hpp"
#include "amt/checkpoint/disk_space.hpp"
#include "amt/model/algorithms.hpp"
#include "amt/mpi/run_on_all.hpp"
#include "amt/optimizer/moment_exchange.hpp"
#include "amt/process/log.hpp"
#include "amt/trainer/trainer.hpp"

namespace amt {
namespace {

/// Checks `saved` against the run's configuration, with which the checkpoint was made.
void check_position(const TrainingState& saved, const TrainerOptions& trainer) {
  const std::uint64_t steps = saved.step;  // unsigned, in case a damaged file has a huge number
  const std::uint64_t row = steps * trainer.train_batch_size;
  if (saved.next_row != row) {
    throw Error(fmt::format("its next_row is {}, but {} steps of train_batch_size {} end at {}",
                            saved.next_row, saved.step, trainer.train_batch_size, row));
  }
  if (saved.step > trainer.num_train_steps) {
    throw UsageError(
        fmt::format("{} has already done {} steps; set --trainer.num_train_steps to at least that "
                    "number, not {}, or use another --trainer.run_dir",
                    trainer.run_dir, saved.step, trainer.num_train_steps.value));
  }
}

/// Returns the facts recorded so far, or none if they cannot be read: they only serve the report,
/// and will be rewritten. Throws an Error if the file is not a regular one: writing to a pipe, for
/// example, would wait for a reader.
RunFacts facts_so_far(const RunPaths& paths) try {
  return read_run_facts(paths.facts());
} catch (const Error&) {
  std::error_code failed;
  const auto type = std::filesystem::status(paths.facts(), failed).type();
  if (!failed && type != std::filesystem::file_type::regular) throw;
  return {};
}

}  // namespace

void Trainer::begin() {
  const Phase beginning("loading the model that training starts from");
  state_.ranks = ranks_.size();
  state_.seed = settings_.trainer.seed;
  state_.dataset_digest = settings_.dataset_digest;
  state_.encoding = settings_.encoding;
  std::int64_t step = -1;
  on_leader([&] {
    clear_interrupted_saves(paths_);
    if (settings_.trainer.load_last_checkpoint) step = load_newest(snapshot_).value_or(-1);
  });
  ranks_.broadcast_value(step, 0);
  step >= 0 ? resume(snapshot_) : initialise();
  saved_step_ = step;
  first_step_ = state_.step;
  reducer_.broadcast(model_.parameters(), model_.layout().total());
  start_checks();
  on_leader([this] {
    check_disk_space(paths_, model_.config(),
                     settings_.trainer.checkpoint_plan(settings_.checkpointer), state_.step);
    add_start(facts_, settings_.start, state_.step, facts_so_far(paths_));
    const std::string origin = facts_.text(kStartedFrom);
    if (!origin.empty()) log_info("the run started from " + origin);
    // A job may have been killed after it saved a checkpoint and before it updated `best`.
    name_best(paths_, settings_.checkpointer.keep_best ? state_.best_step : 0);
    if (ends_early()) {
      facts_.set(kEndedEarly, describe_early_end(state_));
      log_info(fmt::format(
          "training has already ended early {}; to continue it, increase --trainer.patience",
          describe_early_end(state_)));
    }
    recorder_ = std::make_unique<RunRecorder>(paths_, facts_, state_.step, state_.evaluated_step);
  });
  if (!finished()) choose_algorithms();
}

/// All ranks use the algorithms chosen on rank 0's device, in every start of this run. They are
/// timed only if the run need not be reproducible, because another run may find different
/// algorithms to be the fastest.
void Trainer::choose_algorithms() {
  const Phase choosing("choosing the device's algorithms");
  std::string record;
  on_leader([&] {
    const std::string before =
        is_there(paths_.algorithms()) ? read_text(paths_.algorithms()) : std::string();
    record = amt::choose_algorithms(model_, settings_.trainer.micro_batch(ranks_.size()), before,
                                    !settings_.trainer.deterministic);
    if (record.empty() || record == before) return;
    in_run_folder([&] { write_file_atomically(paths_.algorithms(), record); });
  });
  ranks_.broadcast(record, 0);
  if (!leads()) take_algorithms(model_, record);
}

void Trainer::initialise() {
  std::vector<float> values = large_vector(model_.layout().total());
  if (!settings_.initial_values) {
    initialise_parameters(model_.config(), model_.layout(), settings_.trainer.seed, values);
  } else if (leads()) {
    settings_.initial_values(values);
  }
  model_.set_parameters(values);
}

/// Called on rank 0. Every file has the recorded hash, but its contents may still be wrong.
std::optional<std::int64_t> Trainer::load_newest(Checkpoint& checkpoint) const {
  return find_checkpoint(paths_, [&](const std::filesystem::path& folder) {
    // Comes before the check of sizes, because its message explains why they differ.
    const TrainingState saved = read_training_state(CheckpointPaths{folder}.state());
    check_continues(paths_.run(), saved, state_);
    check_position(saved, settings_.trainer);
    checkpoint = load_checkpoint(folder, model_.config());
  });
}

void Trainer::resume(const Checkpoint& checkpoint) {
  if (leads()) {
    const int ranks_now = state_.ranks;
    state_ = checkpoint.state;
    model_.set_parameters(checkpoint.parameters);
    log_info(fmt::format("resuming from {}", paths_.step(state_.step).string()));
    if (state_.ranks != ranks_now) {
      log_info(fmt::format(
          "it was saved by {} ranks, but now there are {}: losses will match only up to rounding",
          state_.ranks, ranks_now));
    }
    state_.ranks = ranks_now;
    if (settings_.trainer.average == 0) state_.averaged = 0;
    if (state_.averaged > 0) average_.set(checkpoint.average);
  }
  moments().distribute(checkpoint.first_moment, checkpoint.second_moment);
  ranks_.broadcast_value<TrainingProgress>(state_, 0);
}

MomentExchange Trainer::moments() { return {model_, reducer_, step_.optimizer(), step_.sliced()}; }

void Trainer::on_leader(const std::function<void()>& work) {
  mpi::run_on_all(ranks_, [&] {
    if (leads()) work();
  });
}

}  // namespace amt
