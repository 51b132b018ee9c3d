// Compares training in which each rank keeps a slice of the optimiser's state with training in
// which each rank keeps all of it.
#include <gtest/gtest.h>

#include <cmath>
#include <csignal>

#include "trainer_ranks.hpp"

namespace amt {
namespace {

/// Records the order of its calls, with the first letter of each.
class RecordingReducer : public test::PassingReducer {
 public:
  using PassingReducer::PassingReducer;
  void reduce_scatter(const SlicedBuffer& buffer, Slice range) override {
    calls += 's';
    PassingReducer::reduce_scatter(buffer, range);
  }
  void all_gather(const SlicedBuffer& buffer) override {
    calls += 'g';
    PassingReducer::all_gather(buffer);
  }
  void await_gathered(std::int64_t end) override {
    calls += 'a';
    PassingReducer::await_gathered(end);
  }
  void wait() override {
    calls += 'w';
    PassingReducer::wait();
  }

  std::string calls;
};

class ShardedOptimizerTest : public test::TrainerRanksTest,
                             public testing::WithParamInterface<OptimizerName> {
 protected:
  TrainerSettings settings_of(const char* run, bool sharded) const {
    TrainerSettings s = settings(shared() / run);
    s.trainer.shard_optimizer = sharded;
    s.optimizer.name = GetParam();
    return s;
  }
  TrainStep make_step(Model& model, Reducer& reducer) {
    const TrainerSettings s = settings_of("run", true);
    std::vector<float> values(static_cast<std::size_t>(model.layout().total()));
    initialise_parameters(test::tiny_model(), model.layout(), 0, values);
    model.set_parameters(values);
    return {model, world_, reducer, rows_, s.trainer, s.optimizer};
  }
  static void expect_same(const test::TrainedRun& a, const test::TrainedRun& b) {
    EXPECT_TRUE(a.parameters == b.parameters);
    EXPECT_TRUE(a.first_moment == b.first_moment);
    EXPECT_TRUE(a.second_moment == b.second_moment);
  }
  /// Expects equal results up to rounding: with 3 or more ranks, the order of summation may differ.
  void expect_equal_to_rounding(const test::TrainedRun& a, const test::TrainedRun& b) {
    EXPECT_LT(distance(a, b), 1e-4);
    ASSERT_EQ(a.first_moment.size(), b.first_moment.size());
    for (std::size_t i = 0; i < a.first_moment.size(); ++i) {
      ASSERT_NEAR(a.first_moment[i], b.first_moment[i], 1e-4) << i;
      ASSERT_NEAR(a.second_moment[i], b.second_moment[i], 1e-4) << i;
    }
    if (world_.size() <= 2) expect_same(a, b);
  }
};

TEST_P(ShardedOptimizerTest, AgreesWithTheUnshardedOne) {
  const test::TrainedRun sharded = together(settings_of("sharded", true), rows_);
  const test::TrainedRun whole = together(settings_of("whole", false), rows_);
  EXPECT_EQ(sharded.state.updates, 20);
  expect_equal_to_rounding(sharded, whole);
  if (world_.rank() != 0) return;
  for (const char* name : {"loss", "valid_loss", "grad_norm"}) {
    const auto values = test::metric(folder_.path() / "sharded", name);
    const auto expected = test::metric(folder_.path() / "whole", name);
    ASSERT_EQ(values.size(), expected.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      EXPECT_NEAR(values[i], expected[i], 1e-5) << name << " " << i;
    }
  }
}

TEST_P(ShardedOptimizerTest, RepeatedRunsGiveTheSameBits) {
  expect_same(together(settings_of("a", true), rows_), together(settings_of("b", true), rows_));
}

TEST_P(ShardedOptimizerTest, StoppedOrKilledAndStartedAgainGivesTheSameBits) {
  const test::TrainedRun expected = together(settings_of("whole", true), rows_);
  TrainerSettings s = settings_of("parts", true);
  s.checkpointer.keep_every = 4;
  test::MemoryRows rows = rows_;
  rows.before_read = [](std::uint64_t first) {
    if (first >= 6 * 12) set_stop_signal(SIGUSR1);
  };
  EXPECT_EQ(together(s, rows).outcome, Outcome::kStopped);
  set_stop_signal(0);
  expect_same(together(s, rows_), expected);
  // Imitates a kill after step 12.
  const RunPaths paths(s.trainer.run_dir);
  if (world_.rank() == 0) {
    for (const int step : {20, 16}) std::filesystem::remove_all(paths.step(step));
  }
  expect_same(together(s, rows_), expected);
}

TEST_P(ShardedOptimizerTest, CanBeSwitchedWithinARun) {
  const test::TrainedRun expected = together(settings_of("whole", false), rows_);
  for (const int stop : {5, 11, 20}) {
    TrainerSettings s = settings_of("mixed", stop != 11);
    test::MemoryRows rows = rows_;
    rows.before_read = [=](std::uint64_t first) {
      if (first >= static_cast<std::uint64_t>(stop - 1) * 12) set_stop_signal(SIGUSR1);
    };
    const test::TrainedRun run = together(s, rows);
    set_stop_signal(0);
    EXPECT_EQ(run.outcome, Outcome::kStopped);
    EXPECT_GE(run.state.step, stop - 1);
  }
  expect_equal_to_rounding(together(settings_of("mixed", true), rows_), expected);
}

// A checkpoint does not depend on the slices, so one rank can resume a run that many ranks saved.
TEST_P(ShardedOptimizerTest, ResumesWithAnotherNumberOfRanks) {
  const test::TrainedRun expected = together(settings_of("whole", false), rows_);
  TrainerSettings s = settings_of("run", true);
  s.checkpointer.keep_every = 8;
  together(s, rows_);
  if (world_.rank() == 0) {
    const RunPaths paths(s.trainer.run_dir);
    for (const int step : {20, 16}) std::filesystem::remove_all(paths.step(step));
    EXPECT_NO_THROW({  // an exception would leave the other ranks waiting
      const test::TrainedRun alone = test::run_alone(s, rows_, &valid_);
      EXPECT_EQ(alone.state.step, 20);
      EXPECT_LT(distance(alone, expected), 1e-3);
    });
  }
  world_.barrier();
}

TEST_P(ShardedOptimizerTest, ARankHasOnlyTheMomentsOfItsSlice) {
  Model model(*ops_, test::tiny_model(), 1);
  TrainStep step = make_step(model, *reducer_);
  const Slice part = step.optimizer().part();
  const Slice expected =
      optimizer_slices(GetParam(), model.layout(), world_.size()).of(world_.rank());
  EXPECT_EQ(part.begin, expected.begin);
  EXPECT_EQ(part.end, expected.end);
}

TEST_P(ShardedOptimizerTest, ABadGradientInOneSliceChangesNothingAnywhere) {
  test::PoisonedReducer reducer(*reducer_, last(), {2, 3});
  Model model(*ops_, test::tiny_model(), 1);
  TrainStep step = make_step(model, reducer);
  TrainingState state;
  std::vector<float> before = test::everything(model, step.optimizer());
  for (const bool bad : {false, false, true, true, false}) {
    const StepResult result = step.run(state, [] { return Requests{}; });
    EXPECT_EQ(result.skipped, bad);
    EXPECT_EQ(std::isfinite(result.grad_norm), !bad);
    const std::vector<float> after = test::everything(model, step.optimizer());
    EXPECT_EQ(after == before, bad) << "step " << state.step;
    before = after;
  }
  EXPECT_EQ(state.skipped, 2);
  EXPECT_EQ(state.updates, 3);
}

TEST_P(ShardedOptimizerTest, AStepSumsOnlyTheGradientFourNumbersAndASquarePerRank) {
  Model model(*ops_, test::tiny_model(), 1);
  TrainStep step = make_step(model, *reducer_);
  expect_sums_of_steps(step, model, 4 + static_cast<std::size_t>(world_.size()));
}

// The host does not wait for the exchange at the end of a step: the next forward pass waits, on the
// device, for each part that it needs.
TEST_P(ShardedOptimizerTest, TheNextForwardPassOverlapsTheExchange) {
  RecordingReducer reducer(*reducer_);
  Model model(*ops_, test::tiny_model(), 1);
  TrainStep step = make_step(model, reducer);
  TrainingState state;
  for (int i = 0; i < 2; ++i) step.run(state, [] { return Requests{}; });
  const std::string& calls = reducer.calls;
  const std::size_t exchange = calls.find('g');
  ASSERT_NE(exchange, std::string::npos);
  EXPECT_EQ(calls[exchange + 1], 'a') << calls;
  EXPECT_GT(calls.find('w', exchange), calls.find('s', exchange)) << calls;
}

INSTANTIATE_TEST_SUITE_P(Optimizers, ShardedOptimizerTest,
                         testing::Values(OptimizerName::kAdamW, OptimizerName::kMuon),
                         [](const auto& of) { return std::string(word_of(of.param)); });

}  // namespace
}  // namespace amt
