// How the trainer saves a checkpoint: it copies the run's state, and a thread writes the copy while
// training continues.
#include <fmt/core.h>

#include <bit>
#include <cmath>

#include "amt/base/activity.hpp"
#include "amt/base/error.hpp"
#include "amt/base/foreign_error.hpp"
#include "amt/base/large_pages.hpp"
#include "amt/mpi/run_on_all.hpp"
#include "amt/optimizer/moment_exchange.hpp"
#include "amt/trainer/trainer.hpp"

namespace amt {
namespace {

constexpr const char* kTryLowerRate =
    "train again in another --trainer.run_dir, with a lower --trainer.learning_rate";

/// Avoids a branch per value, which would take longer than hashing and writing the values.
bool all_finite(std::span<const float> values) {
  constexpr std::uint32_t kExponent = 0x7f800000;  // all of its bits are set in infinities and NaNs
  std::uint32_t not_finite = 0;
  for (const float value : values) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    not_finite |= static_cast<std::uint32_t>((bits & kExponent) == kExponent);
  }
  return not_finite == 0;
}

Error resumable(const std::exception& error, const std::string& last_checkpoint) {
  return Error(
      fmt::format("{}; {}; start again to resume", to_error(error).what(), last_checkpoint));
}

}  // namespace

/// Collective. A run that ends without a finite loss has failed, even if its weights are finite.
void Trainer::check_learned() {
  on_leader([this] {
    std::string what;
    if (state_.skipped_in_a_row > 0) {
      what = fmt::format("the loss or gradient has not been finite{} since step {}",
                         settings_.trainer.skip_spikes > 0 ? ", or has been a spike," : "",
                         state_.step - state_.skipped_in_a_row);
    } else if (state_.evaluated_step == state_.step && !std::isfinite(state_.valid_loss)) {
      what = fmt::format("the validation loss is not finite after step {}", state_.step - 1);
    }
    if (what.empty()) return;
    throw Error(fmt::format("{}; {}; {}", what, last_checkpoint(), kTryLowerRate));
  });
}

bool Trainer::save_due() const {
  if (!leads()) return false;  // rank 0's clock decides for all
  const double seconds = std::chrono::duration<double>(Clock::now() - last_save_).count();
  return seconds >= settings_.checkpointer.save_interval.seconds;
}

/// Returns whether this step's checkpoint is the best so far and must be kept. The result is the
/// same on all ranks.
bool Trainer::best_is_due() const {
  return settings_.checkpointer.keep_best && state_.step > 0 && state_.best_step == state_.step;
}

void Trainer::save_if_due() {
  if (finished()) check_learned();
  if (finished() || state_.step % settings_.checkpointer.keep_every == 0) {
    save(Keep::kPermanent);
  } else if (requests_.stop || requests_.save || best_is_due()) {
    save(Keep::kRolling);
  }
}

/// Waits until the previous checkpoint has been written, because there is memory for only one copy.
void Trainer::save(Keep keep) {
  Phase saving("saving a checkpoint");
  saving.at_step(state_.step);
  finish_writing();
  reducer_.wait();
  compare_replicas();
  if (leads()) {
    const std::size_t total = model_.layout().total();
    for (auto* values :
         {&snapshot_.parameters, &snapshot_.first_moment, &snapshot_.second_moment}) {
      if (values->empty()) *values = large_vector(total);
    }
    snapshot_.state = state_;
    model_.get_parameters(snapshot_.parameters);
    snapshot_.average = average_.values();
  }
  moments().collect(snapshot_.first_moment, snapshot_.second_moment);
  on_leader([&] { start_writing(keep); });
  saved_step_ = state_.step;
  last_save_ = Clock::now();
}

/// A step's metrics must be on disk before the checkpoint of a later step.
void Trainer::start_writing(Keep keep) {
  if (not_recorded_) throw *not_recorded_;
  in_run_folder([this] {
    recorder_->publish();
    recorder_->make_durable();
  });
  const bool is_best = best_is_due();
  writing_ = std::async(std::launch::async, [this, keep, is_best] { write(keep, is_best); });
  if (!settings_.checkpointer.background) writing_.get();
}

/// Runs on its own thread, so it may only use the snapshot and members that never change.
void Trainer::write(Keep keep, bool is_best) const {
  const Checkpoint& c = snapshot_;
  if (!all_finite(c.parameters) || !all_finite(c.first_moment) || !all_finite(c.second_moment) ||
      !all_finite(c.average)) {
    throw Error(fmt::format("the model is not finite after step {}, so it was not saved; {}; {}",
                            c.state.step - 1, describe_last_checkpoint(paths_), kTryLowerRate));
  }
  try {
    save_checkpoint(paths_, model_.config(), model_.layout(), c, keep, is_best,
                    settings_.checkpointer.keep_last);
  } catch (const std::exception& error) {
    throw resumable(error, describe_last_checkpoint(paths_));
  }
}

/// Describes the last good checkpoint for an error message, after waiting for one that is being
/// written.
std::string Trainer::last_checkpoint() const {
  if (writing_.valid()) writing_.wait();
  return describe_last_checkpoint(paths_);
}

/// Runs work of rank 0 that writes to the run's folder. Its errors also name the last good
/// checkpoint.
void Trainer::in_run_folder(const std::function<void()>& work) const try {
  if (settings_.before_writing) settings_.before_writing();
  work();
} catch (const std::exception& error) {
  throw resumable(error, last_checkpoint());
}

/// Collective. Throws on every rank if the checkpoint could not be written.
void Trainer::finish_writing() {
  const Phase saving("saving a checkpoint");
  on_leader([this] {
    if (writing_.valid()) writing_.get();
    in_run_folder([this] { confirm_checkpoint(); });
  });
}

/// Ends the run at the next step, rather than at the next save, if a checkpoint could not be
/// written.
void Trainer::notice_failed_writing() {
  if (!writing_.valid()) return;
  if (writing_.wait_for(Clock::duration::zero()) != std::future_status::ready) return;
  try {
    writing_.get();
    confirm_checkpoint();
  } catch (const std::exception& error) {
    not_recorded_ = to_error(error);
  }
}

}  // namespace amt
