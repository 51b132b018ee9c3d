// Detecting and skipping steps with an unusually high loss or gradient norm.
#include "src/trainer/spikes.hpp"

#include "amt/cpu/cpu_ops.hpp"
#include "support/reducers.hpp"
#include "trainer_fixture.hpp"

namespace amt {
namespace {

class SpikesTest : public TrainerTest {
 protected:
  TrainerSettings spiking(const char* run, double deviations) const {
    TrainerSettings s = settings(run);
    s.trainer.num_train_steps = 90;
    s.trainer.steps_per_eval = 90;
    s.trainer.skip_spikes = deviations;
    s.checkpointer.keep_every = 75;
    return s;
  }
  test::TrainedRun train(const TrainerSettings& s, std::int64_t spike) const {
    test::SpikingReducer reducer(spike);
    const auto ops = make_cpu_ops(1);
    return test::run_trainer(test::tiny_model(), s, rows_, &valid_, *ops, self_, reducer);
  }
};

TEST(Spikes, AreFarAboveTheMeanOfTheRecentSteps) {
  RecentSteps recent;
  for (int i = 0; i < kStepsBeforeSpikes - 1; ++i) recent.add(4 + i % 2, 1 + i % 2);
  EXPECT_FALSE(is_spike(recent, 100, 100, 6)) << "too few recent steps";
  recent.add(5, 2);  // mean 4.5 and 1.5, deviation 0.5
  EXPECT_FALSE(is_spike(recent, 7.4, 4.4, 6));
  EXPECT_TRUE(is_spike(recent, 7.6, 1, 6));
  EXPECT_TRUE(is_spike(recent, 4, 4.6, 6));
  EXPECT_FALSE(is_spike(recent, -100, 0, 6));
  for (int i = 0; i < RecentSteps::kMost; ++i) recent.add(40 + i % 2, 1);
  EXPECT_FALSE(is_spike(recent, 42, 1, 6)) << "old steps still count";
}

TEST_F(SpikesTest, ASpikeIsSkippedAndCounted) {
  const test::TrainedRun run = train(spiking("skips", 6), 70);
  EXPECT_EQ(run.state.skipped, 1);
  EXPECT_EQ(run.state.updates, 89);
  EXPECT_EQ(test::metric(folder_.path() / "skips", "skipped")[70], 1);
  EXPECT_EQ(train(spiking("takes", 0), 70).state.skipped, 0);
  EXPECT_EQ(train(spiking("early", 6), 10).state.skipped, 0) << "too few recent steps";
}

TEST_F(SpikesTest, AResumedRunIsBitIdentical) {
  const test::TrainedRun whole = train(spiking("whole", 6), 80);
  EXPECT_EQ(whole.state.skipped, 1);
  train(spiking("killed", 6), 80);
  std::filesystem::remove_all(RunPaths(folder_.path() / "killed").step(90));
  const test::TrainedRun resumed = train(spiking("killed", 6), 80 - 75);
  expect_same(whole, resumed);
  EXPECT_EQ(to_json(whole.state), to_json(resumed.state));
}

}  // namespace
}  // namespace amt
