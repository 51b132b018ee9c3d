#include "amt/checkpoint/disk_space.hpp"

#include <gtest/gtest.h>

#include "amt/base/error.hpp"
#include "amt/checkpoint/checkpoint.hpp"
#include "amt/run/configuration.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"
#include "support/tiny_training.hpp"

namespace amt {
namespace {

std::int64_t to_come(std::int64_t steps, std::int64_t every, std::int64_t step,
                     std::int64_t rolling = 0, bool keep_best = false) {
  CheckpointPlan plan;
  plan.num_train_steps = steps;
  plan.checkpointer.keep_every = every;
  plan.checkpointer.keep_best = keep_best;
  return checkpoints_to_come(plan, step, rolling);
}

TEST(DiskSpace, CountsPermanentAndTwoRollingCheckpoints) {
  EXPECT_EQ(to_come(20, 1000, 0), 3);
  EXPECT_EQ(to_come(20, 20, 0), 3);
  EXPECT_EQ(to_come(20, 8, 0), 5);      // 8, 16, 20
  EXPECT_EQ(to_come(20, 8, 8), 4);      // 8 exists
  EXPECT_EQ(to_come(20, 8, 9, 1), 3);   // one rolling checkpoint exists
  EXPECT_EQ(to_come(20, 8, 19, 5), 1);  // at most two rolling checkpoints are kept
  EXPECT_EQ(to_come(20, 8, 20), 0);
}

TEST(DiskSpace, CountsAsManyRollingCheckpointsAsAreKept) {
  CheckpointPlan plan;
  plan.num_train_steps = 20;
  plan.checkpointer.keep_last = 5;
  EXPECT_EQ(checkpoints_to_come(plan, 0, 0), 6);
  EXPECT_EQ(checkpoints_to_come(plan, 9, 4), 2);
}

TEST(DiskSpace, CountsTheConfirmedCheckpointSeparately) {
  CheckpointPlan plan;
  plan.num_train_steps = 20;
  plan.gradient_checks = true;
  EXPECT_EQ(checkpoints_to_come(plan, 0, 0), 4);
  EXPECT_EQ(checkpoints_to_come(plan, 9, 3), 1);
}

TEST(DiskSpace, CountsTheBestCheckpointSeparately) {
  EXPECT_EQ(to_come(20, 1000, 0, 0, true), 4);
  EXPECT_EQ(to_come(20, 1000, 9, 2, true), 2);  // the best may be one of these two
  EXPECT_EQ(to_come(20, 1000, 9, 3, true), 1);
  EXPECT_EQ(to_come(20, 1000, 20, 3, true), 0);
}

TEST(DiskSpace, OneCheckpointFitsInItsEstimate) {
  const test::TemporaryFolder folder;
  const RunPaths paths(folder.path());
  const ModelConfig model = test::tiny_model();
  const ParameterLayout layout(model);
  Checkpoint checkpoint;
  for (auto* all : {&checkpoint.parameters, &checkpoint.first_moment, &checkpoint.second_moment}) {
    all->resize(static_cast<std::size_t>(layout.total()));
  }
  write_configuration(paths, "");
  save_checkpoint(paths, model, layout, checkpoint, Keep::kPermanent);
  std::uint64_t bytes = 0;
  for (const auto& file : std::filesystem::directory_iterator(paths.step(0))) {
    bytes += file.file_size();
  }
  EXPECT_LE(bytes, checkpoint_bytes(model));
  EXPECT_GT(bytes, checkpoint_bytes(model) / 4);
}

TEST(DiskSpace, TooLittleSpaceIsReportedBeforeWriting) {
  const test::TemporaryFolder folder;
  CheckpointPlan plan;
  plan.num_train_steps = std::int64_t{1} << 40;
  plan.checkpointer.keep_every = 1000;
  const auto check = [&] {
    check_disk_space(RunPaths(folder.path()), test::tiny_model(), plan, 0);
  };
  EXPECT_TRUE(test::refuses<Error>(check, {folder.path().string(), "--checkpointer.keep_every"}));
  plan.checkpointer.keep_every = plan.num_train_steps;
  EXPECT_NO_THROW(check());
}

}  // namespace
}  // namespace amt
