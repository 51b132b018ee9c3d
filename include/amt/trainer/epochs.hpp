// The number of epochs in a run.
#pragma once

#include <cstdint>
#include <string>

#include "amt/trainer/options.hpp"

namespace amt {

/// Returns the number of passes that a run makes over `rows` rows; `rows` must be above 0.
double epochs(const TrainerOptions& trainer, std::uint64_t rows);

/// Returns "12.5 epochs of 4,096 rows".
std::string describe_epochs(const TrainerOptions& trainer, std::uint64_t rows);

/// Returns a one-line warning with a remedy if a batch would contain rows twice or if there are
/// very many epochs, or "" if there is nothing to warn about.
std::string epochs_warning(const TrainerOptions& trainer, std::uint64_t rows);

}  // namespace amt
