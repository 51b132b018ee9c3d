// How the trainer begins, goes on from a checkpoint, and saves one.
#include <array>

#include "amt/base/activity.hpp"
#include "amt/base/hash.hpp"
#include "amt/base/log.hpp"
#include "amt/base/strings.hpp"
#include "amt/mpi/collectively.hpp"
#include "amt/train/trainer.hpp"
#include "moment_exchange.hpp"

namespace amt {
namespace {

/// Rank 0's whole numbers (below 2^53) to all ranks.
template <class... Integers>
void share(Reducer& reducer, Integers&... values) {
  const double mine = reducer.rank() == 0 ? 1.0 : 0.0;
  std::array<double, sizeof...(values)> all = {mine * static_cast<double>(values)...};
  reducer.sum(all);
  std::size_t i = 0;
  ((values = static_cast<Integers>(all[i++])), ...);
}

}  // namespace

void Trainer::begin() {
  const Phase beginning("loading what training begins with");
  std::int64_t step = -1;
  if (leads()) {
    remove_partial_checkpoints(paths_);
    if (settings_.trainer.load_last_checkpoint) step = find_checkpoint(paths_).value_or(-1);
  }
  share(reducer_, step);
  state_.ranks = reducer_.ranks();
  state_.seed = settings_.trainer.seed;
  state_.dataset_digest = settings_.dataset_digest;
  state_.encoding = settings_.encoding;
  step >= 0 ? load(step) : initialise();
  saved_step_ = step;
  reducer_.broadcast(model_.parameters(), model_.layout().total());
  if (leads()) {
    recorder_ = std::make_unique<RunRecorder>(paths_, facts_, state_.step, state_.evaluated_step);
  }
}

void Trainer::initialise() {
  std::vector<float> values(static_cast<std::size_t>(model_.layout().total()));
  if (!settings_.initial_values) {
    initialise_parameters(model_.config(), model_.layout(), settings_.trainer.seed, values);
  } else if (leads()) {
    settings_.initial_values(values);
  }
  model_.set_parameters(values);
}

void Trainer::load(std::int64_t step) {
  Checkpoint checkpoint;
  if (leads()) {
    const CheckpointPaths files{paths_.step(step)};
    // Before sizes: it says why they differ.
    check_continues(paths_.run(), read_training_state(files.state()), state_,
                    settings_.trainer.train_batch_size);
    checkpoint = load_checkpoint(files.folder, model_.layout());
    const int ranks_now = state_.ranks;
    state_ = checkpoint.state;
    model_.set_parameters(checkpoint.parameters);
    log_info(str_cat("going on from ", paths_.step(step).string()));
    if (state_.ranks != ranks_now) {
      log_info(str_cat("that was made with ", state_.ranks, " ranks, now there are ", ranks_now,
                       ": losses will be equal to rounding only"));
    }
    state_.ranks = ranks_now;
  }
  moments().distribute(checkpoint.first_moment, checkpoint.second_moment);
  share(reducer_, state_.step, state_.updates, state_.next_row, state_.skipped,
        state_.skipped_in_a_row, state_.evaluated_step);
}

MomentExchange Trainer::moments() { return {model_, reducer_, step_.optimizer(), step_.sharded()}; }

bool Trainer::save_due() const {
  if (!leads()) return false;  // rank 0's clock decides for all
  const double seconds = std::chrono::duration<double>(Clock::now() - last_save_).count();
  return seconds >= settings_.checkpointer.save_interval.seconds;
}

void Trainer::save_if_due() {
  if (finished() || state_.step % settings_.checkpointer.keep_every == 0) {
    save(Keep::kForGood);
  } else if (requests_.stop || requests_.save) {
    save(Keep::kRolling);
  }
}

void Trainer::save(Keep keep) {
  Phase saving("saving a checkpoint");
  saving.at_step(state_.step);
  Checkpoint checkpoint;
  const auto total = static_cast<std::size_t>(model_.layout().total());
  checkpoint.parameters.resize(total);
  model_.get_parameters(checkpoint.parameters);
  check_replicas(xxh3_64(std::as_bytes(std::span(checkpoint.parameters))));
  if (leads()) {
    checkpoint.state = state_;
    checkpoint.first_moment.resize(total);
    checkpoint.second_moment.resize(total);
  }
  moments().collect(checkpoint.first_moment, checkpoint.second_moment);
  if (leads()) {
    in_run_folder([&] {
      save_checkpoint(paths_, model_.config(), model_.layout(), checkpoint, keep);
      recorder_->publish();
    });
  }
  saved_step_ = state_.step;
  last_save_ = Clock::now();
}

/// What rank 0 writes: an error there also says what there is to go on from.
void Trainer::in_run_folder(const std::function<void()>& work) const {
  try {
    work();
  } catch (const std::exception& error) {
    throw Error(
        str_cat(error.what(), "; ", describe_last_checkpoint(paths_), "; start again to go on"));
  }
}

/// Ranks that have drifted apart train nonsense without a sign: a checkpoint is the moment to
/// notice.
void Trainer::check_replicas(std::uint64_t hash) {
  for (const std::uint64_t half : {hash >> 32, hash & 0xFFFFFFFFu}) {
    const auto value = static_cast<double>(half);
    if (reducer_.max(value) != -reducer_.max(-value)) {
      throw mpi::AgreedError(str_cat("the ranks' parameters differ at step ", state_.step,
                                     ": a device or the network corrupts data; nothing was saved"));
    }
  }
}

}  // namespace amt
