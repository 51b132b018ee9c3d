// Early stopping: trainer.patience.
#pragma once

#include <string>

#include "amt/checkpoint/options.hpp"
#include "amt/checkpoint/training_state.hpp"
#include "amt/trainer/options.hpp"

namespace amt {

/// Returns whether training ends because trainer.patience validations in a row have not lowered the
/// loss.
bool out_of_patience(const TrainingProgress& progress, const TrainerOptions& trainer);

/// Returns "after 120 steps, since 5 validations in a row have not lowered the validation loss: it
/// was lowest, 4.1, after step 60".
std::string describe_early_end(const TrainingProgress& progress);

/// Returns a one-line warning with a remedy if trainer.patience or checkpointer.keep_best may not
/// do what the user intended, or "" if there is nothing to warn about.
std::string early_end_warning(const TrainerOptions& trainer,
                              const CheckpointerOptions& checkpointer, bool validates);

}  // namespace amt
