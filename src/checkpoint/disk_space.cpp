#include "amt/checkpoint/disk_space.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <system_error>

#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"
#include "amt/checkpoint/checkpoint.hpp"
#include "amt/model/parameter_layout.hpp"

namespace amt {
namespace {

constexpr std::uint64_t kBytesOfNames = 64 << 10;  // headers, configuration, state, hashes

std::string in_units(std::uint64_t bytes) { return format_bytes(bytes); }

}  // namespace

std::uint64_t checkpoint_bytes(const ModelConfig& model, bool average) {
  const std::uint64_t parameters = ParameterLayout(model).count();
  return (average ? 4 : 3) * sizeof(float) * parameters + kBytesOfNames;
}

std::int64_t checkpoints_to_come(const CheckpointPlan& plan, std::int64_t step,
                                 std::int64_t rolling) {
  const std::int64_t steps = plan.num_train_steps, every = plan.checkpointer.keep_every;
  if (step >= steps) return 0;
  const std::int64_t at_the_end = steps % every == 0 ? 0 : 1;
  const std::int64_t permanent = steps / every - step / every + at_the_end;
  // The best and the confirmed one are kept in addition to the newest ones if they are not among
  // them.
  const std::int64_t others = plan.checkpointer.keep_last + (plan.checkpointer.keep_best ? 1 : 0) +
                              (plan.gradient_checks ? 1 : 0);
  // The number is largest while the last permanent checkpoint is being written.
  return permanent + others - std::min(rolling, others);
}

void check_disk_space(const RunPaths& paths, const ModelConfig& model, const CheckpointPlan& plan,
                      std::int64_t step) {
  const std::int64_t rolling =
      std::ranges::count_if(checkpoint_steps(paths), [&](std::int64_t there) {
        return there % plan.checkpointer.keep_every != 0 && there != plan.num_train_steps;
      });
  const std::int64_t checkpoints = checkpoints_to_come(plan, step, rolling);
  const std::uint64_t each = checkpoint_bytes(model, plan.average);
  const std::uint64_t bytes = checkpoints * each;
  std::error_code unknown;
  const std::filesystem::space_info space = std::filesystem::space(paths.run(), unknown);
  if (unknown || space.capacity == 0 || space.available >= bytes) return;
  throw Error(
      fmt::format("the disk of {} is too small: {} checkpoints of {} will be added, {} in total, "
                  "but only {} are free; free some space, use another --trainer.run_dir, or keep "
                  "fewer with a larger --checkpointer.keep_every (now {})",
                  paths.run().string(), checkpoints, in_units(each), in_units(bytes),
                  in_units(space.available), plan.checkpointer.keep_every));
}

}  // namespace amt
