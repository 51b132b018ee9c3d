// amt train --branch STEP: starts a new run at a checkpoint from the stable phase of another, and
// decays its learning rate.
#include "branch.hpp"

#include <fmt/core.h>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/base/strings.hpp"
#include "amt/checkpoint/checkpoint.hpp"
#include "amt/optimizer/schedule.hpp"
#include "amt/process/log.hpp"
#include "amt/train/job.hpp"
#include "run_configuration.hpp"
#include "start.hpp"

namespace amt {
namespace {

constexpr const char* kOwnConfiguration =
    "; start it with the run's own configuration: amt train --config RUN/config.ini --branch STEP";

/// Returns whether the new run may set this option differently from the run that it branches from.
bool may_differ(const std::string& key) {
  return key == "trainer.num_train_steps" || key == "trainer.lr_schedule" ||
         key == "trainer.decay_ratio";
}

/// Returns the largest number of steps of a run whose decay begins at `step`.
std::int64_t steps_with_decay_from(const OptimizerOptions& optimizer, std::int64_t step) {
  std::int64_t steps = step;
  while (steps + 1 - decay_steps(optimizer, steps + 1) <= step) ++steps;
  return steps;
}

}  // namespace

Branch plan_branch(TrainConfiguration& config, std::int64_t step) {
  OptimizerOptions& optimizer = config.optimizer;
  if (config.trainer.num_train_steps.automatic || optimizer.learning_rate.automatic) {
    throw UsageError(
        fmt::format("--branch needs the parent's steps and learning rate{}", kOwnConfiguration));
  }
  const std::int64_t parents = config.trainer.num_train_steps;
  const std::int64_t steady =
      parents - (optimizer.lr_schedule == LrSchedule::kWsd ? decay_steps(optimizer, parents) : 0);
  if (optimizer.lr_schedule != LrSchedule::kWsd && optimizer.lr_schedule != LrSchedule::kConstant) {
    throw UsageError(fmt::format(
        "--branch {}: a run with --trainer.lr_schedule {} has no stable part to branch from; train "
        "with wsd or constant",
        step, word_of(optimizer.lr_schedule)));
  }
  optimizer.lr_schedule = LrSchedule::kWsd;
  require_option(optimizer.decay_ratio > 0, "trainer.decay_ratio", optimizer.decay_ratio,
                 "be above 0 for --branch");
  const std::int64_t first = warmup_steps(optimizer, parents);
  require_option(step >= 1 && step >= first && step <= steady, "branch", step,
                 fmt::format("be a step of the stable part, {} to {}",
                             std::max<std::int64_t>(1, first), steady));
  const Branch branch{config.trainer.run_dir, step};
  config.trainer.num_train_steps = steps_with_decay_from(optimizer, step);
  config.trainer.run_dir += fmt::format("-from-{}", step);
  return branch;
}

void check_branch(const Branch& branch, TrainConfiguration& config, const OptionTable& given) {
  const RunPaths parent(branch.parent);
  if (!is_there(parent.config())) {
    throw UsageError(
        fmt::format("{} is not a run: it has no config.ini{}", branch.parent, kOwnConfiguration));
  }
  keep_order(parent, config, given);
  for (const OptionChange& change :
       changes_of_result(read_text(parent.config()), config.to_ini(), parent.config().string())) {
    if (may_differ(change.key)) continue;
    throw UsageError(fmt::format("--branch: {} has {} = {}, but now it is {}{}", branch.parent,
                                 change.key, change.before, change.now, kOwnConfiguration));
  }
  if (resumes(RunPaths(config.trainer.run_dir), true) || is_there(parent.step(branch.step))) return;
  std::string steps;
  for (const std::int64_t there : checkpoint_steps(parent)) steps += fmt::format(" {}", there);
  throw UsageError(fmt::format("{} has no checkpoint of step {}{}{}", branch.parent, branch.step,
                               steps.empty() ? "" : "; it has those of steps", steps));
}

void begin_branch(const Branch& branch, const TrainConfiguration& config) {
  const RunPaths run(config.trainer.run_dir), parent(branch.parent);
  if (resumes(run, true)) return;
  const std::string damage = checkpoint_damage(parent.step(branch.step));
  if (!damage.empty()) {
    throw Error(
        fmt::format("{} {}; branch from another step", parent.step(branch.step).string(), damage));
  }
  const Checkpoint checkpoint = load_checkpoint(parent.step(branch.step), config.model);
  save_checkpoint(run, config.model, ParameterLayout(config.model), checkpoint, Keep::kPermanent);
  log_info(
      fmt::format("{} branches from step {} of {}: its learning rate falls from there to step {}",
                  run.run().string(), format_count(branch.step), branch.parent,
                  format_count(config.trainer.num_train_steps.value)));
}

}  // namespace amt
