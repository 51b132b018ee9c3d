// Steps that are far out of what training did lately: trainer.skip_spikes.
#pragma once

#include "amt/checkpoint/training_state.hpp"

namespace amt {

/// Of steps that are known, before any is a spike.
inline constexpr std::int64_t kStepsBeforeSpikes = RecentSteps::kMost / 2;

/// Whether the loss or the gradient's norm, both finite, is more than `deviations` standard
/// deviations above the mean of the recent ones.
bool is_spike(const RecentSteps& recent, double loss, double norm, double deviations);

}  // namespace amt
