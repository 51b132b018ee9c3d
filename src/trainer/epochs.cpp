#include "amt/trainer/epochs.hpp"

#include <fmt/core.h>

#include <utility>

#include "amt/base/strings.hpp"

namespace amt {
namespace {

constexpr double kManyEpochs = 10;  // models of every size have memorised symbolic music by then

}  // namespace

double epochs(const TrainerOptions& trainer, std::uint64_t rows) {
  return static_cast<double>(trainer.num_train_steps) * trainer.train_batch_size /
         static_cast<double>(rows);
}

std::string describe_epochs(const TrainerOptions& trainer, std::uint64_t rows) {
  return fmt::format("{:.1f} epochs of {}", epochs(trainer, rows), counted(rows, "row"));
}

std::string epochs_warning(const TrainerOptions& trainer, std::uint64_t rows) {
  const std::string passes = describe_epochs(trainer, rows);
  if (std::cmp_less(rows, trainer.train_batch_size)) {
    return fmt::format(
        "--trainer.train_batch_size {} is larger than the training split of {} rows: every step "
        "contains some rows twice ({}); use a smaller batch, or prepare more files",
        trainer.train_batch_size, format_count(rows), passes);
  }
  if (epochs(trainer, rows) <= kManyEpochs) return "";
  return fmt::format(
      "training runs for {}, more than {:.6g}: the model may memorise them; use fewer "
      "--trainer.num_train_steps, a larger amt prepare --augment, or more files",
      passes, kManyEpochs);
}

}  // namespace amt
