#include "epochs.hpp"

#include "amt/base/strings.hpp"

namespace amt {
namespace {

constexpr double kManyEpochs = 10;  // of symbolic music, a model of any size has learnt by heart

}  // namespace

double epochs(const TrainerOptions& trainer, std::uint64_t rows) {
  return static_cast<double>(trainer.num_train_steps) *
         static_cast<double>(trainer.train_batch_size) / static_cast<double>(rows);
}

std::string describe_epochs(const TrainerOptions& trainer, std::uint64_t rows) {
  return str_cat(fixed(epochs(trainer, rows), 1), " epochs of ", format_count(rows),
                 rows == 1 ? " row" : " rows");
}

std::string epochs_warning(const TrainerOptions& trainer, std::uint64_t rows) {
  const std::string passes = describe_epochs(trainer, rows);
  if (rows < static_cast<std::uint64_t>(trainer.train_batch_size)) {
    return str_cat("--trainer.train_batch_size ", trainer.train_batch_size, " is more than the ",
                   format_count(rows), " rows of the training split: each step sees some twice (",
                   passes, "); use a smaller batch, or prepare more files");
  }
  if (epochs(trainer, rows) <= kManyEpochs) return "";
  return str_cat("training makes ", passes, ", more than ", kManyEpochs,
                 ": it may learn them by heart; use fewer --trainer.num_train_steps, a larger "
                 "amt prepare --augment, or more files");
}

}  // namespace amt
