// How the trainer begins, resumes from a checkpoint, and saves one.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "amt/base/activity.hpp"
#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/base/foreign_error.hpp"
#include "amt/base/hash.hpp"
#include "amt/checkpoint/disk_space.hpp"
#include "amt/model/algorithms.hpp"
#include "amt/mpi/run_on_all.hpp"
#include "amt/optimizer/moment_exchange.hpp"
#include "amt/process/log.hpp"
#include "amt/trainer/trainer.hpp"

namespace amt {
namespace {

constexpr const char* kTryLowerRate =
    "train again in another --trainer.run_dir, with a lower --trainer.learning_rate";

/// The run's configuration is the one that the checkpoint was made with, so these numbers follow
/// from it.
void check_position(const TrainingState& saved, const TrainerOptions& trainer) {
  const std::uint64_t steps = saved.step;  // unsigned, as a damaged file may say any number
  const std::uint64_t row = steps * trainer.train_batch_size;
  if (saved.next_row != row) {
    throw Error(fmt::format("its next_row is {}, but {} steps of train_batch_size {} end at {}",
                            saved.next_row, saved.step, trainer.train_batch_size, row));
  }
  if (saved.step > trainer.num_train_steps) {
    throw UsageError(
        fmt::format("{} has done {} steps already; give --trainer.num_train_steps that many at "
                    "least, not {}, or use another --trainer.run_dir",
                    trainer.run_dir, saved.step, trainer.num_train_steps));
  }
}

/// Nothing if they cannot be read: they only serve the report, and are written anew. Error if that
/// cannot be done: writing to a pipe would wait for a reader.
RunFacts facts_so_far(const RunPaths& paths) try {
  return read_run_facts(paths.facts());
} catch (const Error&) {
  std::error_code failed;
  const auto type = std::filesystem::status(paths.facts(), failed).type();
  if (!failed && type != std::filesystem::file_type::regular) throw;
  return {};
}

bool all_finite(std::span<const float> values) {
  return std::ranges::all_of(values, [](float value) { return std::isfinite(value); });
}

}  // namespace

void Trainer::begin() {
  const Phase beginning("loading what training begins with");
  state_.ranks = ranks_.size();
  state_.seed = settings_.trainer.seed;
  state_.dataset_digest = settings_.dataset_digest;
  state_.encoding = settings_.encoding;
  Checkpoint checkpoint;
  std::int64_t step = -1;
  on_leader([&] {
    clear_interrupted_saves(paths_);
    if (settings_.trainer.load_last_checkpoint) step = load_newest(checkpoint).value_or(-1);
  });
  ranks_.broadcast_value(step, 0);
  step >= 0 ? resume(checkpoint) : initialise();
  saved_step_ = step;
  reducer_.broadcast(model_.parameters(), model_.layout().total());
  on_leader([this] {
    check_disk_space(paths_, model_.config(), settings_.trainer.num_train_steps,
                     settings_.checkpointer, state_.step);
    add_start(facts_, settings_.start, state_.step, facts_so_far(paths_));
    const std::string origin = facts_.text(kStartedFrom);
    if (!origin.empty()) log_info("the run started from " + origin);
    // A job may have been killed between a checkpoint and the file that names it.
    name_best(paths_, settings_.checkpointer.keep_best ? state_.best_step : 0);
    if (ends_early()) {
      facts_.set(kEndedEarly, describe_early_end(state_));
      log_info(
          fmt::format("training has ended early {}; there is nothing to do: with a larger "
                      "--trainer.patience it continues",
                      describe_early_end(state_)));
    }
    recorder_ = std::make_unique<RunRecorder>(paths_, facts_, state_.step, state_.evaluated_step);
  });
  if (!finished()) choose_algorithms();
}

/// All ranks take what rank 0's device takes, as every start of this run has. Timing is left to
/// runs that need not repeat: two of them may find other algorithms to be the fastest.
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
  std::vector<float> values(model_.layout().total());
  if (!settings_.initial_values) {
    initialise_parameters(model_.config(), model_.layout(), settings_.trainer.seed, values);
  } else if (leads()) {
    settings_.initial_values(values);
  }
  model_.set_parameters(values);
}

/// On rank 0. Every file has the recorded hash; what is in it may be wrong all the same.
std::optional<std::int64_t> Trainer::load_newest(Checkpoint& checkpoint) const {
  return find_checkpoint(paths_, [&](const std::filesystem::path& folder) {
    // Before sizes: it says why they differ.
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
          "that was made with {} ranks, now there are {}: losses will be equal to rounding only",
          state_.ranks, ranks_now));
    }
    state_.ranks = ranks_now;
  }
  moments().distribute(checkpoint.first_moment, checkpoint.second_moment);
  ranks_.broadcast_value<TrainingProgress>(state_, 0);
}

MomentExchange Trainer::moments() { return {model_, reducer_, step_.optimizer(), step_.sliced()}; }

bool Trainer::save_due() const {
  if (!leads()) return false;  // rank 0's clock decides for all
  const double seconds = std::chrono::duration<double>(Clock::now() - last_save_).count();
  return seconds >= settings_.checkpointer.save_interval.seconds;
}

/// Whether this step's checkpoint is the one to keep as the best. All ranks say the same.
bool Trainer::best_is_due() const {
  return settings_.checkpointer.keep_best && state_.step > 0 && state_.best_step == state_.step;
}

/// Collective. A run that ends without a finite loss has failed, even if its weights are finite.
void Trainer::check_learned() {
  on_leader([this] {
    std::string what;
    if (state_.skipped_in_a_row > 0) {
      what = fmt::format("the loss or gradient is not finite since step {}",
                         state_.step - state_.skipped_in_a_row);
    } else if (state_.evaluated_step == state_.step && !std::isfinite(state_.valid_loss)) {
      what = fmt::format("the validation loss is not finite after step {}", state_.step - 1);
    }
    if (what.empty()) return;
    throw Error(fmt::format("{}; {}; {}", what, describe_last_checkpoint(paths_), kTryLowerRate));
  });
}

void Trainer::save_if_due() {
  if (finished()) check_learned();
  if (finished() || state_.step % settings_.checkpointer.keep_every == 0) {
    save(Keep::kPermanent);
  } else if (requests_.stop || requests_.save || best_is_due()) {
    save(Keep::kRolling);
  }
}

void Trainer::save(Keep keep) {
  Phase saving("saving a checkpoint");
  saving.at_step(state_.step);
  reducer_.wait();
  Checkpoint checkpoint;
  const std::size_t total = model_.layout().total();
  checkpoint.parameters.resize(total);
  model_.get_parameters(checkpoint.parameters);
  check_replicas(xxh3_64(std::as_bytes(std::span(checkpoint.parameters))));
  if (leads()) {
    checkpoint.state = state_;
    checkpoint.first_moment.resize(total);
    checkpoint.second_moment.resize(total);
  }
  moments().collect(checkpoint.first_moment, checkpoint.second_moment);
  on_leader([&] {
    if (not_recorded_) throw *not_recorded_;
    write(checkpoint, keep);
  });
  saved_step_ = state_.step;
  last_save_ = Clock::now();
}

/// What is recorded of a step is there before a checkpoint of a later step.
void Trainer::write(const Checkpoint& checkpoint, Keep keep) const {
  if (!all_finite(checkpoint.parameters) || !all_finite(checkpoint.first_moment) ||
      !all_finite(checkpoint.second_moment)) {
    throw Error(fmt::format("the model is not finite after step {}, so it was not saved; {}; {}",
                            state_.step - 1, describe_last_checkpoint(paths_), kTryLowerRate));
  }
  in_run_folder([&] {
    recorder_->publish();
    recorder_->make_durable();
    save_checkpoint(paths_, model_.config(), model_.layout(), checkpoint, keep, best_is_due());
  });
}

void Trainer::on_leader(const std::function<void()>& work) {
  mpi::run_on_all(ranks_, [&] {
    if (leads()) work();
  });
}

/// What rank 0 writes: an error there also names the last good checkpoint.
void Trainer::in_run_folder(const std::function<void()>& work) const try {
  if (settings_.before_writing) settings_.before_writing();
  work();
} catch (const std::exception& error) {
  throw Error(fmt::format("{}; {}; start again to resume", to_error(error).what(),
                          describe_last_checkpoint(paths_)));
}

/// Ranks that have drifted apart train nonsense without a sign: a checkpoint is the moment to
/// notice.
void Trainer::check_replicas(std::uint64_t hash) {
  std::uint64_t leaders = hash;
  ranks_.broadcast_value(leaders, 0);
  if (!ranks_.any_of(hash != leaders)) return;
  throw mpi::CollectiveError(
      fmt::format("the ranks' parameters differ at step {}: a device or the network corrupts data; "
                  "nothing was saved",
                  state_.step));
}

}  // namespace amt
