// The learning rate of each step: docs/spec/training.md, "Optimiser and schedule".
#pragma once

#include <cstdint>

#include "amt/optimizer/options.hpp"

namespace amt {

/// Returns the number of warm-up steps: warmup_ratio x num_train_steps, rounded down.
std::int64_t warmup_steps(const OptimizerOptions& options, std::int64_t num_train_steps);

/// Returns the number of steps at the end of training over which wsd's rate falls to 0: decay_ratio
/// x num_train_steps, rounded down, but at most the number of steps after the warm-up.
std::int64_t decay_steps(const OptimizerOptions& options, std::int64_t num_train_steps);

/// Returns the learning rate of `step`, counted from 0. During the warm-up it rises linearly from
/// 0, so the first update of a run with a warm-up changes nothing. Afterwards it falls to 0 at
/// num_train_steps, by a cosine or linearly, or stays constant. (The reference's cosine reaches 0
/// earlier, by the length of the warm-up.) With wsd it stays constant until decay_steps() before
/// the end, and is then rate x (1 - sqrt(fraction of the decay steps done)).
double learning_rate(const OptimizerOptions& options, std::int64_t num_train_steps,
                     std::int64_t step);

}  // namespace amt
