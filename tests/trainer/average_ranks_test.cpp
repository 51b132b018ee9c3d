// The average of the weights, and skipped spikes, on several ranks.
#include <gtest/gtest.h>

#include "amt/evaluate/evaluation.hpp"
#include "amt/trainer/weight_average.hpp"
#include "trainer_ranks.hpp"

namespace amt {
namespace {

class AverageRanksTest : public test::TrainerRanksTest, public testing::WithParamInterface<bool> {
 protected:
  TrainerSettings averaging(const char* run, std::int64_t average) const {
    TrainerSettings s = settings(shared() / run);
    s.trainer.average = average;
    s.trainer.shard_optimizer = GetParam();
    s.checkpointer.keep_every = 1;
    return s;
  }
  Checkpoint saved(const char* run, std::int64_t step) const {
    return load_checkpoint(RunPaths(folder_.path() / run).step(step), test::tiny_model());
  }
  double loss_of(const std::vector<float>& weights) {
    Model model(*ops_, test::tiny_model(), 2, Purpose::kInference);
    model.set_parameters(weights);
    return evaluate(model, mpi::Communicator::self(), valid_, {}, 2)->mean();
  }
};

TEST_P(AverageRanksTest, AveragesTheWeightsWithoutChangingTraining) {
  const test::TrainedRun with = together(averaging("with", 6), rows_);
  const test::TrainedRun without = together(averaging("without", 0), rows_);
  EXPECT_TRUE(with.parameters == without.parameters);
  if (world_.rank() != 0) return;
  WeightAverage expected(6);
  for (std::int64_t step = 1; step <= 20; ++step) {
    const Checkpoint checkpoint = saved("with", step);
    expected.add(checkpoint.parameters, step - 1);
    ASSERT_EQ(checkpoint.average, expected.values()) << step;
  }
  const auto losses = test::metric(folder_.path() / "with", "average_valid_loss");
  ASSERT_EQ(losses.size(), 4u);
  EXPECT_NEAR(losses.back(), loss_of(expected.values()), 1e-6)
      << "the ranks evaluated different weights";
}

TEST_P(AverageRanksTest, AResumedRunThatSkipsASpikeIsBitIdentical) {
  const auto run = [&](const char* name, std::int64_t spike) {
    TrainerSettings s = averaging(name, 10);
    s.trainer.num_train_steps = s.trainer.steps_per_eval = 90;
    s.trainer.skip_spikes = 6;
    s.checkpointer.keep_every = 75;
    test::SpikingReducer reducer(*reducer_, last(), spike);
    const test::TrainedRun result = train(s, rows_, valid_, reducer);
    world_.barrier();
    return result;
  };
  const test::TrainedRun whole = run("whole", 80);
  EXPECT_EQ(whole.state.skipped, 1);
  run("killed", 80);
  if (world_.rank() == 0) {
    std::filesystem::remove_all(RunPaths(folder_.path() / "killed").step(90));
  }
  EXPECT_TRUE(run("killed", 80 - 75).parameters == whole.parameters);
  if (world_.rank() != 0) return;
  const Checkpoint a = saved("whole", 90), b = saved("killed", 90);
  EXPECT_EQ(to_json(a.state), to_json(b.state));
  EXPECT_EQ(a.average, b.average);
}

INSTANTIATE_TEST_SUITE_P(Optimizers, AverageRanksTest, testing::Bool(),
                         [](const auto& sharded) { return sharded.param ? "Sharded" : "Whole"; });

}  // namespace
}  // namespace amt
