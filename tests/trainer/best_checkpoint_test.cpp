// Tests the checkpoint with the best validation loss, and early stopping when that loss no longer
// falls, on several ranks.
#include <gtest/gtest.h>

#include <csignal>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/record/facts.hpp"
#include "support/refusal.hpp"
#include "trainer_ranks.hpp"

namespace amt {
namespace {

constexpr std::int64_t kBest = 24;  // after this step, training overfits

class BestCheckpointTest : public test::TrainerRanksTest {
 protected:
  TrainerSettings best_settings(const std::filesystem::path& run) const {
    TrainerSettings s = settings(run);
    s.trainer.num_train_steps = 40;
    s.optimizer.lr_schedule = LrSchedule::kConstant;
    s.trainer.steps_per_eval = 4;
    s.checkpointer.keep_best = true;
    return s;
  }
  TrainerSettings patient_settings(const std::filesystem::path& run) const {
    TrainerSettings s = best_settings(run);
    s.trainer.patience = 3;
    return s;
  }
  /// Returns rows that send a stop signal to the last rank in every fifth step.
  test::MemoryRows rows_with_signals() const {
    test::MemoryRows rows = few_;
    if (!last()) return rows;
    rows.before_read = [](std::uint64_t first) {
      if (first / 12 % 5 == 4 && first % 12 == 11) set_stop_signal(SIGUSR1);
    };
    return rows;
  }
  test::TrainedRun start_until_finished(const TrainerSettings& s) {
    const test::MemoryRows rows = rows_with_signals();
    for (int starts = 1; starts < 30; ++starts) {
      test::TrainedRun run = together(s, rows);
      set_stop_signal(0);
      if (run.outcome == Outcome::kFinished) return run;
    }
    ADD_FAILURE() << "the run does not end";
    return {};
  }
  /// Returns all files of a checkpoint, concatenated.
  static std::string bytes_of(const std::filesystem::path& folder) {
    const CheckpointPaths paths{folder};
    std::string all;
    for (const auto& file :
         {paths.model(), paths.config(), paths.optimizer(), paths.state(), paths.manifest()}) {
      all += read_text(file);
    }
    return all;
  }
  void expect_same_best(const std::filesystem::path& a, const std::filesystem::path& b) const {
    if (world_.rank() != 0) return;
    EXPECT_EQ(read_text(RunPaths(a).best()), read_text(RunPaths(b).best()));
    EXPECT_TRUE(bytes_of(find_model(RunPaths(a).best())) ==
                bytes_of(find_model(RunPaths(b).best())));
    EXPECT_TRUE(bytes_of(find_model(a)) == bytes_of(find_model(b)));
    EXPECT_EQ(test::metric(a, "valid_loss"), test::metric(b, "valid_loss"));
  }

  test::MemoryRows few_ = test::make_rows(1, 12, test::tiny_model());
};

TEST_F(BestCheckpointTest, IsSavedWhenValidatedAndOutlivesRollingCheckpoints) {
  TrainerSettings s = best_settings(shared() / "run");
  const RunPaths paths(s.trainer.run_dir);
  const test::TrainedRun quiet = together(s, few_);
  if (world_.rank() == 0) {
    EXPECT_EQ(checkpoint_steps(paths), (std::vector<std::int64_t>{40, kBest, 16}));
    EXPECT_EQ(read_text(paths.best()), "step-000024\n");
    const auto losses = test::metric(paths.run(), "valid_loss");
    const TrainingState best = read_training_state(CheckpointPaths{paths.step(kBest)}.state());
    EXPECT_EQ(best.valid_loss, *std::ranges::min_element(losses));
    EXPECT_EQ(best.best_loss, best.valid_loss);
  }
  EXPECT_EQ(quiet.state.best_step, kBest);
  EXPECT_EQ(quiet.state.validations_since_best, 4);

  s.trainer.run_dir = shared() / "rolling";
  if (world_.rank() == 0)
    std::filesystem::create_directories(RunPaths(s.trainer.run_dir).checkpoints());
  s.checkpointer.save_interval.seconds = 1e-9;  // saves after every step
  together(s, few_);
  if (world_.rank() != 0) return;
  EXPECT_EQ(checkpoint_steps(RunPaths(s.trainer.run_dir)),
            (std::vector<std::int64_t>{40, 39, 38, kBest}));
  EXPECT_TRUE(bytes_of(paths.step(kBest)) == bytes_of(RunPaths(s.trainer.run_dir).step(kBest)));
}

TEST_F(BestCheckpointTest, IsTheSameAfterManyInterruptions) {
  const auto whole = shared() / "whole", parts = shared() / "parts";
  const test::TrainedRun expected = together(best_settings(whole), few_);
  const test::TrainedRun run = start_until_finished(best_settings(parts));
  EXPECT_TRUE(run.parameters == expected.parameters);
  EXPECT_EQ(run.state.best_step, kBest);
  expect_same_best(parts, whole);
}

// Imitates a kill: later checkpoints are missing, and `best` may be older than the newest
// checkpoint.
TEST_F(BestCheckpointTest, IsTheSameAfterAKillAtAnyMoment) {
  const auto whole = shared() / "whole", killed = shared() / "killed";
  TrainerSettings s = best_settings(whole);
  s.checkpointer.keep_every = 4;
  together(s, few_);
  s.trainer.run_dir = killed;
  struct Moment {
    std::int64_t newest, named;
  };
  for (const auto& [newest, named] : {Moment{kBest - 4, kBest - 4},
                                      {kBest, kBest - 4},
                                      {kBest, 0},
                                      {kBest, kBest},
                                      {kBest + 4, kBest - 4}}) {
    world_.barrier();
    if (world_.rank() == 0) {
      std::filesystem::remove_all(killed);
      std::filesystem::copy(whole, killed, std::filesystem::copy_options::recursive);
      const RunPaths paths(killed);
      for (const std::int64_t step : checkpoint_steps(paths)) {
        if (step > newest) std::filesystem::remove_all(paths.step(step));
      }
      name_best(paths, named);
    }
    together(s, few_);
    expect_same_best(killed, whole);
  }
}

TEST_F(BestCheckpointTest, DoesNotExistUnlessRequested) {
  TrainerSettings s = best_settings(shared() / "run");
  s.trainer.num_train_steps = 8;
  together(s, few_);
  const RunPaths paths(s.trainer.run_dir);
  EXPECT_TRUE(world_.rank() != 0 || best_step(paths) == 8);
  s.checkpointer.keep_best = false;
  s.trainer.num_train_steps = 20;
  together(s, few_);
  if (world_.rank() != 0) return;
  EXPECT_FALSE(std::filesystem::exists(paths.best()));
  EXPECT_EQ(checkpoint_steps(paths), (std::vector<std::int64_t>{20, 8, 4}));
}

TEST_F(BestCheckpointTest, PatienceEndsTrainingWithALastCheckpoint) {
  const TrainerSettings s = patient_settings(shared() / "run");
  const RunPaths paths(s.trainer.run_dir);
  const test::TrainedRun run = together(s, few_);
  EXPECT_EQ(run.outcome, Outcome::kFinished);
  EXPECT_EQ(run.state.step, kBest + 3 * 4);
  if (world_.rank() != 0) return;
  EXPECT_EQ(read_text(paths.latest()), "step-000036\n");
  EXPECT_EQ(read_text(paths.best()), "step-000024\n");
  EXPECT_NE(read_text(CheckpointPaths{paths.step(36)}.manifest()).find("\"for_good\": true"),
            std::string::npos);
  const std::string said = read_run_facts(paths.facts()).text(kEndedEarly);
  EXPECT_TRUE(test::says(said, {" 36 steps", " 3 validations", "step 24"}));
  EXPECT_NE(read_text(paths.report()).find(said.substr(0, 30)), std::string::npos);
}

TEST_F(BestCheckpointTest, EarlyStoppingIsFinalUnlessPatienceIsRaised) {
  TrainerSettings s = patient_settings(shared() / "run");
  const RunPaths paths(s.trainer.run_dir);
  const test::TrainedRun ended = together(s, few_);
  const std::string metrics = world_.rank() == 0 ? read_text(paths.metrics()) : "";
  test::MemoryRows untouched = few_;
  untouched.before_read = [](std::uint64_t) { ADD_FAILURE() << "no row must be read"; };
  const test::TrainedRun again = train(s, untouched, untouched, *reducer_);
  EXPECT_EQ(again.outcome, Outcome::kFinished);
  EXPECT_TRUE(again.parameters == ended.parameters);
  if (world_.rank() == 0) {
    EXPECT_EQ(read_text(paths.metrics()), metrics);
    EXPECT_NE(read_run_facts(paths.facts()).text(kEndedEarly), "");
  }
  s.trainer.patience = 0;
  const test::TrainedRun longer = together(s, few_);
  EXPECT_EQ(longer.state.step, 40);
  EXPECT_TRUE(longer.parameters == together(best_settings(shared() / "whole"), few_).parameters);
  if (world_.rank() != 0) return;
  EXPECT_EQ(read_run_facts(paths.facts()).text(kEndedEarly), "");
}

TEST_F(BestCheckpointTest, PatienceIsTheSameAfterManyInterruptions) {
  const auto whole = shared() / "whole", parts = shared() / "parts";
  together(patient_settings(whole), few_);
  EXPECT_EQ(start_until_finished(patient_settings(parts)).state.step, kBest + 3 * 4);
  expect_same_best(parts, whole);
}

}  // namespace
}  // namespace amt
