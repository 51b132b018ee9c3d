// Compares training on several ranks with training on one.
#include "trainer_ranks.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <limits>

#include "amt/base/error.hpp"
#include "amt/evaluate/evaluation.hpp"
#include "amt/mpi/run_on_all.hpp"
#include "support/event_reader.hpp"
#include "support/refusal.hpp"

namespace amt {
namespace {

using test::everything;
using test::PoisonedReducer;
using test::TrainerRanksTest;

TEST_F(TrainerRanksTest, AgreesWithOneRankUpToRounding) {
  const auto run = shared() / "together";
  const test::TrainedRun all = together(run, rows_), one = alone();
  EXPECT_LT(distance(all, one), 1e-3);
  if (world_.rank() != 0) return;
  for (const char* name : {"loss", "valid_loss", "grad_norm"}) {
    const auto values = test::metric(run, name);
    const auto expected = test::metric(folder_.path() / "alone", name);
    ASSERT_EQ(values.size(), expected.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      EXPECT_NEAR(values[i], expected[i], 1e-4) << name << " " << i;
    }
  }
}

TEST_F(TrainerRanksTest, RankZeroRecordsForAll) {
  const auto run = shared() / "run";
  TrainerSettings s = settings(run);
  s.trainer.peak_flops = 1e12;
  together(s, rows_);
  if (world_.rank() != 0) return;
  EXPECT_EQ(test::event_files(RunPaths(run).tensorboard()).size(), 1u);
  const auto mfu = test::metric(run, "mfu"), rate = test::metric(run, "model_flops_per_second");
  ASSERT_EQ(mfu.size(), 20u);
  EXPECT_DOUBLE_EQ(mfu[7] * world_.size() * 1e12, rate[7]);
  EXPECT_EQ(test::shown(RunPaths(run).tensorboard(), "train/mfu")[7], static_cast<float>(mfu[7]));
  EXPECT_GT(test::metric(run, "memory_bytes").back(), 1e6);
}

TEST_F(TrainerRanksTest, ASignalOnOneRankStopsAllAndKeepsTheBits) {
  const auto whole = shared() / "whole", parts = shared() / "parts";
  const test::TrainedRun expected = together(whole, rows_);
  test::MemoryRows rows = rows_;
  if (world_.rank() == world_.size() - 1) {
    rows.before_read = [](std::uint64_t first) {
      if (first == 6 * 12 + 11) set_stop_signal(SIGUSR1);  // the last row of step 6
    };
  }
  const test::TrainedRun stopped = together(parts, rows);
  EXPECT_EQ(stopped.outcome, Outcome::kStopped);
  EXPECT_EQ(stopped.state.step, 7);
  set_stop_signal(0);
  const test::TrainedRun finished = together(parts, rows_);
  EXPECT_EQ(finished.outcome, Outcome::kFinished);
  EXPECT_TRUE(finished.parameters == expected.parameters);
  EXPECT_TRUE(finished.first_moment == expected.first_moment);
  EXPECT_TRUE(finished.second_moment == expected.second_moment);
}

TEST_F(TrainerRanksTest, ASignalOnOneRankStopsAllInAValidation) {
  const auto run = shared() / "run";
  test::MemoryRows valid = valid_;
  if (world_.rank() == world_.size() - 1) {
    valid.before_read = [](std::uint64_t) { set_stop_signal(SIGTERM); };
  }
  const test::TrainedRun stopped = train(settings(run), rows_, valid, *reducer_);
  EXPECT_EQ(stopped.outcome, Outcome::kStopped);
  EXPECT_EQ(stopped.state.step, 5);
}

TEST_F(TrainerRanksTest, AllRanksSkipAStepThatFailsOnOne) {
  const auto run = shared() / "run";
  TrainerSettings s = settings(run);
  s.trainer.num_train_steps = 3;
  Model model(*ops_, test::tiny_model(), 1);
  TrainStep step(model, world_, *reducer_, rows_, s.trainer, s.optimizer);
  std::vector<float> values(static_cast<std::size_t>(model.layout().total()));
  initialise_parameters(test::tiny_model(), model.layout(), 0, values);
  // Corrupt one rank's copy of the weights; its gradient then affects the sums on all ranks.
  if (world_.rank() == world_.size() - 1) values[5] = std::numeric_limits<float>::infinity();
  model.set_parameters(values);
  TrainingState state;
  EXPECT_TRUE(step.run(state, [] { return Requests{}; }).skipped);
  std::vector<float> after(values.size());
  model.get_parameters(after);
  EXPECT_TRUE(after == values);
}

TEST_F(TrainerRanksTest, OneRanksBadGradientChangesNothingAnywhere) {
  const TrainerSettings s = settings(shared() / "run");
  PoisonedReducer reducer(*reducer_, last(), {2, 3});
  Model model(*ops_, test::tiny_model(), 1);
  TrainStep step(model, world_, reducer, rows_, s.trainer, s.optimizer);
  std::vector<float> values(static_cast<std::size_t>(model.layout().total()));
  initialise_parameters(test::tiny_model(), model.layout(), 0, values);
  model.set_parameters(values);
  TrainingState state;
  std::vector<float> before = everything(model, step.optimizer());
  for (const bool bad : {false, false, true, true, false}) {
    EXPECT_EQ(step.run(state, [] { return Requests{}; }).skipped, bad);
    const std::vector<float> after = everything(model, step.optimizer());
    EXPECT_EQ(after == before, bad) << "step " << state.step;
    before = after;
  }
  EXPECT_EQ(state.skipped, 2);
  EXPECT_EQ(state.skipped_in_a_row, 0);
  EXPECT_EQ(state.updates, 3);
  EXPECT_EQ(state.next_row, 60u);
}

TEST_F(TrainerRanksTest, TooManyBadStepsEndTheJobAndKeepTheCheckpoint) {
  const auto run = shared() / "run";
  TrainerSettings s = settings(run);
  s.trainer.max_skipped = 2;
  s.checkpointer.keep_every = 4;
  PoisonedReducer reducer(*reducer_, last(), {5, 6, 7});
  EXPECT_TRUE(test::exits_with(ExitCode::kFailed, [&] { train(s, rows_, valid_, reducer); },
                               {"step-000004;"}));
  if (world_.rank() == 0) {
    EXPECT_EQ(checkpoint_damage(RunPaths(run).step(4)), "");
    EXPECT_EQ(test::metric(run, "skipped").back(), 3);
  }
  const test::TrainedRun again = together(run, rows_);
  EXPECT_TRUE(again.parameters == together(shared() / "whole", rows_).parameters);
}

TEST_F(TrainerRanksTest, NothingIsSavedIfParametersDifferBetweenRanks) {
  if (world_.size() == 1) GTEST_SKIP() << "needs at least two ranks";
  const auto run = shared() / "run";
  test::SkewedReducer reducer(*reducer_, last());
  EXPECT_TRUE(test::refuses<Error>([&] { train(settings(run), rows_, valid_, reducer); },
                                   {"parameters differ", "step 20"}));
  EXPECT_TRUE(world_.rank() != 0 || checkpoint_steps(RunPaths(run)).empty());
}

// All ranks must agree on whether this step was validated, or some would wait for the others in a
// validation.
TEST_F(TrainerRanksTest, ResumesAtAnEvaluatedStepAndValidatesAtTheEnd) {
  const auto run = shared() / "run";
  TrainerSettings s = settings(run);
  s.trainer.num_train_steps = 18;  // not a multiple of steps_per_eval
  s.checkpointer.keep_every = 5;
  const test::TrainedRun whole = together(s, rows_);
  if (world_.rank() == 0) {
    for (const int step : {18, 15}) std::filesystem::remove_all(RunPaths(run).step(step));
  }
  EXPECT_TRUE(together(s, rows_).parameters == whole.parameters);
  if (world_.rank() != 0) return;
  EXPECT_EQ(test::metric(run, "valid_loss").size(), 4u);  // after steps 5, 10, 15 and 18
}

TEST_F(TrainerRanksTest, AllRanksReportThatNoCheckpointCanBeUsed) {
  const auto run = shared() / "run";
  together(run, rows_);
  if (world_.rank() == 0) {
    std::filesystem::resize_file(CheckpointPaths{RunPaths(run).step(20)}.model(), 1000);
  }
  const std::string what =
      test::refusal<mpi::CollectiveError>([&] { train(settings(run), rows_, valid_, *reducer_); });
  EXPECT_NE(what.find("step-000020"), std::string::npos) << what;
}

TEST_F(TrainerRanksTest, AStepSumsOnlyTheGradientAndFourNumbers) {
  const TrainerSettings s = settings(shared() / "run");
  Model model(*ops_, test::tiny_model(), 1);
  TrainStep step(model, world_, *reducer_, rows_, s.trainer, s.optimizer);
  expect_sums_of_steps(step, model, 4);
}

TEST_F(TrainerRanksTest, EvaluationDividesTheRowsAmongTheRanks) {
  Model model(*ops_, test::tiny_model(), 2);
  std::vector<float> values(static_cast<std::size_t>(model.layout().total()));
  initialise_parameters(test::tiny_model(), model.layout(), 5, values);
  model.set_parameters(values);
  const mpi::Communicator self = mpi::Communicator::self();
  for (const RowSelection& selection :
       {RowSelection{1, 0}, RowSelection{3, 0}, RowSelection{1, 2}, RowSelection{100, 0}}) {
    const auto all = evaluate(model, world_, rows_, selection, 2);
    const auto one = evaluate(model, self, rows_, selection, 2);
    EXPECT_EQ(all->tokens, one->tokens);
    EXPECT_NEAR(all->mean(), one->mean(), 1e-6);
    EXPECT_NEAR(unigram_loss(world_, rows_, valid_, selection, 50),
                unigram_loss(self, rows_, valid_, selection, 50), 1e-9);
  }
}

}  // namespace
}  // namespace amt
