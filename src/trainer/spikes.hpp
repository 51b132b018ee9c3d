// Detects steps with an unusually high loss or gradient norm: trainer.skip_spikes.
#pragma once

#include "amt/checkpoint/training_state.hpp"

namespace amt {

/// The number of recent steps that must be recorded before a step can count as a spike.
inline constexpr std::int64_t kStepsBeforeSpikes = RecentSteps::kMost / 2;

/// Returns whether the loss or the gradient norm, both finite, is more than `deviations` standard
/// deviations above the mean of the recent steps.
bool is_spike(const RecentSteps& recent, double loss, double norm, double deviations);

}  // namespace amt
