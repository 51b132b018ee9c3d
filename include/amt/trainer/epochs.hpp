// The number of epochs of a run.
#pragma once

#include <cstdint>
#include <string>

#include "amt/trainer/options.hpp"

namespace amt {

/// Passes over `rows` rows, above 0, that all steps of a run make.
double epochs(const TrainerOptions& trainer, std::uint64_t rows);

/// "12.5 epochs of 4,096 rows"
std::string describe_epochs(const TrainerOptions& trainer, std::uint64_t rows);

/// What a user may not have meant: a batch in which rows come twice, or very many epochs; "" if
/// there is nothing to say. One line that says what to do.
std::string epochs_warning(const TrainerOptions& trainer, std::uint64_t rows);

}  // namespace amt
