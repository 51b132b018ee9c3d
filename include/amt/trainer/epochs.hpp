// The number of epochs of a run.
#pragma once

#include <cstdint>
#include <string>

#include "amt/trainer/options.hpp"

namespace amt {

/// Returns the number of passes that all steps of a run make over `rows` rows, which must be above
/// 0.
double epochs(const TrainerOptions& trainer, std::uint64_t rows);

/// Returns "12.5 epochs of 4,096 rows".
std::string describe_epochs(const TrainerOptions& trainer, std::uint64_t rows);

/// Returns a warning of one line if a batch would contain rows twice, or if there are very many
/// epochs, with what to do about it; "" if there is nothing to warn of.
std::string epochs_warning(const TrainerOptions& trainer, std::uint64_t rows);

}  // namespace amt
