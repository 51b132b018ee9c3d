// Starting a run from a checkpoint of another: plan_branch() is in amt/train/job.hpp.
#pragma once

#include "amt/base/options.hpp"
#include "amt/train/job.hpp"
#include "amt/train/train_configuration.hpp"

namespace amt {

/// UsageError unless the parent is a run that `config`, as plan_branch() left it, continues, and
/// has the checkpoint or the branch has one already. Takes over the parent's order of rows. For one
/// rank.
void check_branch(const Branch& branch, TrainConfiguration& config, const OptionTable& given);

/// Copies the parent's checkpoint into the new run, which has been opened; nothing if it has any.
/// For one rank.
void begin_branch(const Branch& branch, const TrainConfiguration& config);

}  // namespace amt
