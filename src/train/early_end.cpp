#include "early_end.hpp"

#include "amt/base/strings.hpp"

namespace amt {

bool out_of_patience(const TrainingProgress& progress, const TrainerOptions& trainer) {
  return trainer.patience > 0 && progress.validations_since_best >= trainer.patience;
}

std::string describe_early_end(const TrainingProgress& progress) {
  const std::int64_t in_vain = progress.validations_since_best;
  std::string text = str_cat("after ", progress.step, " steps, since ", in_vain,
                             in_vain == 1 ? " validation has" : " validations in a row have",
                             " not lowered the validation loss");
  if (progress.best_step == 0) return text + ": none was finite";
  return str_cat(text, ": it was lowest, ", progress.best_loss, ", after step ",
                 progress.best_step);
}

std::string early_end_warning(const TrainerOptions& trainer,
                              const CheckpointerOptions& checkpointer, bool validates) {
  if (!validates && (trainer.patience > 0 || checkpointer.keep_best)) {
    return "without validation rows --trainer.patience and --checkpointer.keep_best do nothing";
  }
  if (trainer.patience > 0 && !checkpointer.keep_best) {
    return "--trainer.patience ends training behind its best model, which is not kept: give "
           "--checkpointer.keep_best true, too";
  }
  return "";
}

}  // namespace amt
