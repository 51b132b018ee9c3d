// Starts a run from a checkpoint of another; plan_branch() is in amt/train/job.hpp.
#pragma once

#include "amt/base/options.hpp"
#include "amt/train/job.hpp"
#include "amt/train/train_configuration.hpp"

namespace amt {

/// Throws UsageError unless `config`, as changed by plan_branch(), continues the parent run, and
/// the parent has the checkpoint or the branch already has one of its own. Adopts the parent's row
/// order. Called on one rank only.
void check_branch(const Branch& branch, TrainConfiguration& config, const OptionTable& given);

/// Copies the parent's checkpoint into the new run, which must have been opened, unless that has a
/// checkpoint already. Called on one rank only.
void begin_branch(const Branch& branch, const TrainConfiguration& config);

}  // namespace amt
