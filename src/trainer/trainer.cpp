#include "amt/trainer/trainer.hpp"

#include <fmt/core.h>

#include "amt/base/activity.hpp"
#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"
#include "amt/evaluate/evaluation.hpp"
#include "amt/mpi/run_on_all.hpp"
#include "amt/process/log.hpp"
#include "amt/process/machine.hpp"
#include "amt/process/signals.hpp"
#include "amt/resources/flops.hpp"
#include "describe_run.hpp"

namespace amt {

Trainer::Trainer(Model& model, const mpi::Communicator& ranks, Reducer& reducer,
                 const RowSource& train, const RowSource* valid, TrainerSettings settings)
    : model_(model),
      ranks_(ranks),
      reducer_(reducer),
      valid_(valid),
      settings_(std::move(settings)),
      paths_(settings_.trainer.run_dir),
      step_(model, ranks, reducer, train, settings_.trainer, settings_.optimizer,
            settings_.arithmetic),
      replicas_(model.ops(), ranks),
      average_(settings_.trainer.average),
      profile_(settings_.trainer.profile_steps, settings_.profiler, model.ops()),
      stragglers_(ranks, settings_.trainer.steps_per_straggler_check),
      facts_(describe_run(model.config(), settings_.trainer, settings_.optimizer,
                          {settings_.dataset, settings_.encoding, settings_.dataset_digest,
                           train.rows(), valid == nullptr ? 0 : valid->rows()},
                          ranks.size(), model.ops().description())),
      last_save_(Clock::now()) {
  facts_.unigram_loss = settings_.unigram_loss;
}

Outcome Trainer::run() {
  begin();
  settings_.times.mark("to initialise the model");
  try {
    return train();
  } catch (const WrongNumbers& found) {
    end_with(found);
  }
}

Outcome Trainer::train() {
  Progress progress("train", settings_.trainer.num_train_steps, state_.step);
  // If the run was stopped before or during a validation, runs that validation first.
  if (validate_if_due()) save_if_due();
  sample_if_due();
  while (!finished() && !requests_.stop) {
    do_step(progress);
    average_if_due();
    validate_if_due();
    sample_if_due();
    save_if_due();
  }
  on_leader([this] {
    if (not_recorded_) throw *not_recorded_;
  });
  if (requests_.stop && saved_step_ != state_.step) save(Keep::kRolling);
  finish_writing();
  if (finished()) check_learned();
  progress.finish();
  if (reduced_bytes_ > 0) {
    log_info(fmt::format("{} reduced per step on each rank", format_bytes(reduced_bytes_)));
  }
  say_end();
  return finished() && !requests_.stop ? Outcome::kFinished : Outcome::kStopped;
}

void Trainer::say_end() const {
  const bool complete = finished() && !requests_.stop;
  std::string text =
      fmt::format("{}{} steps; checkpoint {}", complete ? "trained " : "stopped after ",
                  state_.step, paths_.step(saved_step_).string());
  if (!complete) text += "; start the same command again to resume";
  if (complete && settings_.checkpointer.keep_best && state_.best_step > 0) {
    text +=
        fmt::format("; the best checkpoint is from step {}, with a validation loss of {:.6g}: {}",
                    state_.best_step, state_.best_loss, paths_.best().string());
  }
  log_info(text);
}

void Trainer::do_step(Progress& progress) {
  Phase training("training");
  training.at_step(state_.step);
  const Clock::time_point start = Clock::now();
  const std::uint64_t reduced_before = reducer_.reduced_bytes();
  profile_.before(state_.step);
  const StepResult result = step_.run(state_, [this] {
    notice_failed_writing();
    return Requests{stop_signal() != 0 || not_recorded_, save_due()};
  });
  profile_.after(state_.step - 1);
  check_numbers();
  requests_ = result.agreed;
  stragglers_.add(state_.step - 1, result.compute_seconds);
  reduced_bytes_ = reducer_.reduced_bytes() - reduced_before;
  report(result, std::chrono::duration<double>(Clock::now() - start).count(), progress);
  const int allowed = settings_.trainer.max_skipped;
  if (!result.skipped || state_.skipped_in_a_row <= allowed) return;
  on_leader([this] {
    recorder_->publish();
  });  // so that the metrics show the steps that led to the failure
  check_learned();
}

void Trainer::report(const StepResult& result, double seconds, Progress& progress) {
  if (!leads()) return;
  StepMetrics metrics;
  metrics.step = state_.step - 1;
  metrics.loss = result.loss;
  metrics.lr = result.learning_rate;
  metrics.grad_norm = result.grad_norm;
  metrics.step_time_s = seconds;
  const double rows = settings_.trainer.train_batch_size;
  metrics.tokens_per_second = rows * model_.config().seq_len / seconds;
  metrics.skipped = state_.skipped;
  metrics.model_flops_per_second =
      metrics.tokens_per_second * model_flops_per_token(model_.config());
  metrics.mfu = model_flops_utilisation(metrics.model_flops_per_second, ranks_.size(),
                                        settings_.trainer.peak_flops);
  metrics.memory_bytes = peak_memory_bytes();
  try {
    in_run_folder([&] {
      recorder_->write(metrics);
      if (metrics.step == first_step_) report_start(seconds);
    });
  } catch (const Error& error) {
    not_recorded_ = error;
  }
  if (result.skipped) {
    log_warning(fmt::format("step {} was skipped{}: loss {:.6g}, gradient norm {:.6g}; {} so far",
                            metrics.step, result.spike ? " as a spike" : "", result.loss,
                            result.grad_norm, state_.skipped));
  }
  const std::int64_t total = settings_.trainer.num_train_steps;
  progress.update(state_.step,
                  fmt::format("step {}/{}  loss {:.6g}  {} tokens/s", state_.step, total,
                              result.loss, format_count(std::llround(metrics.tokens_per_second))));
}

void Trainer::report_start(double step_seconds) {
  settings_.times.mark("for the first step");
  log_info(fmt::format("the first step was done after {}", settings_.times.text()));
  recorder_->count_start(settings_.times.total() - step_seconds);
}

/// Returns nothing if a signal interrupted the validation.
std::optional<double> Trainer::validation_loss() {
  RowSelection selection;
  selection.max_rows =
      std::int64_t{settings_.trainer.max_eval_batches} * settings_.trainer.train_batch_size;
  const auto sums =
      evaluate(model_, ranks_, *valid_, selection, settings_.trainer.micro_batch(ranks_.size()));
  if (!sums) return std::nullopt;
  double loss = sums->mean();
  ranks_.broadcast_value(loss, 0);  // all ranks must decide by the same number
  return loss;
}

/// Validates the average of the weights, then restores the weights from rank 0's copy, so that only
/// rank 0 needs memory for one.
std::optional<double> Trainer::average_loss() {
  std::vector<float> weights(leads() ? model_.layout().total() : 0);
  if (leads()) model_.get_parameters(weights);
  set_everywhere(average_.values());
  const std::optional<double> loss = validation_loss();
  set_everywhere(weights);
  return loss;
}

/// Sets the parameters on all ranks to rank 0's `values`; other ranks' are ignored.
void Trainer::set_everywhere(std::span<const float> values) {
  if (leads()) model_.set_parameters(values);
  reducer_.broadcast(model_.parameters(), model_.layout().total());
}

void Trainer::average_if_due() {
  if (!average_.is_due(state_.step)) return;
  reducer_.wait();  // receives the other ranks' slices of the last update
  if (leads()) {
    std::vector<float> weights(model_.layout().total());
    model_.get_parameters(weights);
    average_.add(weights, state_.averaged);
  }
  ++state_.averaged;
}

/// Returns whether a validation was due and was completed.
bool Trainer::validate_if_due() {
  if (valid_ == nullptr || state_.step == 0 || state_.evaluated_step == state_.step) return false;
  if (state_.step % settings_.trainer.steps_per_eval != 0 && !at_last_step()) return false;
  reducer_.wait();
  const bool averaged = state_.averaged > 0;
  const std::optional<double> loss = validation_loss();
  const std::optional<double> of_average = loss && averaged ? average_loss() : std::nullopt;
  if (!loss || (averaged && !of_average)) {
    requests_.stop = true;
    return false;
  }
  add_validation(state_, *loss);
  on_leader([&] {
    in_run_folder([&] {
      recorder_->write(
          ValidationMetrics{state_.step - 1, state_.valid_loss, of_average.value_or(kNoLoss)});
      if (ends_early()) recorder_->set_fact(kEndedEarly, describe_early_end(state_));
      recorder_->publish();
    });
  });
  log_info(fmt::format("step {}  validation loss {:.6g}{}{}", state_.step, state_.valid_loss,
                       state_.best_step == state_.step ? ", the lowest so far" : "",
                       of_average ? fmt::format("; averaged weights: {:.6g}", *of_average) : ""));
  if (ends_early()) log_info("training ends early " + describe_early_end(state_));
  return true;
}

/// If the step was done before the run was resumed, its sample already exists.
void Trainer::sample_if_due() {
  const std::int64_t every = settings_.trainer.steps_per_sample;
  if (!settings_.write_sample || every == 0 || state_.step == 0) return;
  if (state_.step % every != 0 && !finished()) return;
  Phase sampling("generating a sample");
  sampling.at_step(state_.step);
  reducer_.wait();
  on_leader([this] {
    const std::filesystem::path file = paths_.sample(state_.step);
    if (is_there(file)) return;
    in_run_folder([&] {
      settings_.write_sample(model_, file);
      recorder_->publish();
    });
  });
}

}  // namespace amt
