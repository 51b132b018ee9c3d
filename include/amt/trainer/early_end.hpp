// Training that ends before its last step: trainer.patience.
#pragma once

#include <string>

#include "amt/checkpoint/options.hpp"
#include "amt/checkpoint/training_state.hpp"
#include "amt/trainer/options.hpp"

namespace amt {

/// Whether training is over since trainer.patience validations in a row have not lowered the loss.
bool out_of_patience(const TrainingProgress& progress, const TrainerOptions& trainer);

/// "after 120 steps, since 5 validations in a row have not lowered the validation loss: it was
/// lowest, 4.1, after step 60"
std::string describe_early_end(const TrainingProgress& progress);

/// What a user may not have meant by trainer.patience or checkpointer.keep_best; "" if there is
/// nothing to say. One line that says what to do.
std::string early_end_warning(const TrainerOptions& trainer,
                              const CheckpointerOptions& checkpointer, bool validates);

}  // namespace amt
