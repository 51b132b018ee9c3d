// amt train --dry-run: all that a start checks, and what it would do, in lines for people.
#pragma once

#include <string>

#include "amt/base/options.hpp"
#include "amt/train/run_device.hpp"
#include "amt/train/train_configuration.hpp"

namespace amt {

/// Local: does what a start does before it writes anything, on one of its ranks, and throws what
/// that would throw; the model was chosen before. `recorded` are the options that the run would
/// record. Returns the plan on rank 0, lines that begin with '#', and "" elsewhere.
std::string plan_training(TrainConfiguration& config, const OptionTable& given,
                          const OptionTable& recorded, const Placement& place);

}  // namespace amt
