// The trainer's checks for ranks that compute wrong numbers, and how it ends the run if they fail.
#include <fmt/core.h>

#include <array>
#include <span>

#include "amt/base/files.hpp"
#include "amt/base/foreign_error.hpp"
#include "amt/base/strings.hpp"
#include "amt/mpi/run_on_all.hpp"
#include "amt/trainer/trainer.hpp"

namespace amt {
namespace {

/// Adds a host to RUN/suspect-hosts, so that the next start of the job can avoid it.
void note_suspect(const RunPaths& paths, const std::string& host) {
  const std::filesystem::path file = paths.suspect_hosts();
  std::string text = is_there(file) ? read_text(file) : "";
  const std::string line = host + "\n";
  if (text.starts_with(line) || text.find("\n" + line) != std::string::npos) return;
  write_file_atomically(file, text + line);
}

}  // namespace

/// Collective. Called after every rank has received the state that training starts from.
void Trainer::start_checks() {
  replicas_.start_at(state_.step);
  if (finished()) return;  // a start that does not train must not change the run
  std::int64_t trusted = 0;
  on_leader([&] { trusted = trusted_step(); });
  ranks_.broadcast_value(trusted, 0);
  step_.gradient_check().start_at(trusted);
}

/// Returns the number of steps whose gradients count as correct; on rank 0. If the run's gradients
/// were never checked before, its checkpoint is trusted, because there is no other to go back to.
std::int64_t Trainer::trusted_step() const {
  const bool resumed = saved_step_ >= 0;
  if (!resumed || !step_.gradient_check().enabled()) {
    name_verified(paths_, 0);
    return state_.step;
  }
  const auto verified = verified_step(paths_);
  if (verified && *verified <= state_.step && is_there(paths_.step(*verified))) return *verified;
  name_verified(paths_, state_.step);
  return state_.step;
}

/// Collective. Called at the end of each step.
void Trainer::check_numbers() {
  const std::int64_t every = settings_.trainer.steps_per_replica_check;
  if (every > 0 && state_.step % every == 0) {
    reducer_.wait();
    compare_replicas();
  }
  if (!step_.gradient_check().due(state_.step - 1)) return;
  on_leader([this] { in_run_folder([this] { confirm_checkpoint(); }); });
}

/// Collective. Sharded moments have no copies to compare.
void Trainer::compare_replicas() {
  Optimizer& optimizer = step_.optimizer();
  const std::int64_t moments = optimizer.part().count();
  const std::array<Replica, 3> all = {{{"parameters", model_.parameters(), model_.layout().total()},
                                       {"first moments", optimizer.first_moment(), moments},
                                       {"second moments", optimizer.second_moment(), moments}}};
  replicas_.compare(state_.step, std::span(all).first(step_.sliced() == nullptr ? 3 : 1));
}

/// Points `verified` to the newest checkpoint once a later gradient check has passed; on rank 0.
/// Does nothing while a checkpoint is being written, because the writer removes old ones.
void Trainer::confirm_checkpoint() const {
  const GradientCheck& check = step_.gradient_check();
  if (!check.enabled() || writing_.valid() || saved_step_ > check.passed_step()) return;
  if (saved_step_ > 0) name_verified(paths_, saved_step_);
}

/// Collective. Ensures that the next start uses neither the wrong numbers nor, if a scheduler
/// chooses the hosts, the host that computed them.
void Trainer::end_with(const WrongNumbers& found) {
  std::string advice;
  on_leader([&] {
    try {
      if (writing_.valid()) writing_.wait();
      if (settings_.before_writing) settings_.before_writing();
      set_aside_after(paths_, found.equal_step());
      if (found.hosts().size() == 1) note_suspect(paths_, found.hosts().front());
      advice = last_checkpoint();
    } catch (const std::exception& error) {
      advice = fmt::format("move the checkpoints of steps after {} elsewhere yourself: {}",
                           found.equal_step(), to_error(error).what());
    }
  });
  ranks_.broadcast(advice, 0);
  throw WrongNumbers(fmt::format("{}; {}; start again to resume, {}", found.what(), advice,
                                 found.hosts().size() == 1
                                     ? "without " + found.hosts().front()
                                     : "and if it happens again, leave out one host at a time"),
                     found.equal_step(), found.hosts());
}

}  // namespace amt
