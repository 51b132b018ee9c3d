// The learning rate of each step: docs/spec/training.md, "Optimiser and schedule".
#pragma once

#include <cstdint>

#include "amt/optimizer/options.hpp"

namespace amt {

/// Steps of the warm-up: warmup_ratio x num_train_steps, rounded down.
std::int64_t warmup_steps(const OptimizerOptions& options, std::int64_t num_train_steps);

/// Steps at whose end the rate is 0, of a run by wsd: decay_ratio x num_train_steps, rounded down,
/// and no more than the warm-up leaves.
std::int64_t decay_steps(const OptimizerOptions& options, std::int64_t num_train_steps);

/// The learning rate of `step`, counted from 0. Warm-up: linear from 0, so the first update of a
/// run that has a warm-up changes nothing. Then cosine or linear down to 0 at num_train_steps (the
/// reference's cosine reaches 0 earlier, by the length of the warm-up), or constant, or with wsd
/// constant until decay_steps() before the end and then rate x (1 - sqrt(share of them done)).
double learning_rate(const OptimizerOptions& options, std::int64_t num_train_steps,
                     std::int64_t step);

}  // namespace amt
