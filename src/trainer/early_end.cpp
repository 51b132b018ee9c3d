#include "amt/trainer/early_end.hpp"

#include <fmt/core.h>

namespace amt {

bool out_of_patience(const TrainingProgress& progress, const TrainerOptions& trainer) {
  return trainer.patience > 0 && progress.validations_since_best >= trainer.patience;
}

std::string describe_early_end(const TrainingProgress& progress) {
  const std::int64_t in_vain = progress.validations_since_best;
  std::string text =
      fmt::format("after {} steps, since {} {} not lowered the validation loss", progress.step,
                  in_vain, in_vain == 1 ? "validation has" : "validations in a row have");
  if (progress.best_step == 0) return text + ": none was finite";
  return fmt::format("{}: it was lowest, {:.6g}, after step {}", text, progress.best_loss,
                     progress.best_step);
}

std::string early_end_warning(const TrainerOptions& trainer,
                              const CheckpointerOptions& checkpointer, bool validates) {
  if (!validates && (trainer.patience > 0 || checkpointer.keep_best)) {
    return "there are no validation rows, so --trainer.patience and --checkpointer.keep_best have "
           "no effect";
  }
  if (trainer.patience > 0 && !checkpointer.keep_best) {
    return "--trainer.patience ends training some time after the best validation, whose model is "
           "not kept: add --checkpointer.keep_best true";
  }
  return "";
}

}  // namespace amt
