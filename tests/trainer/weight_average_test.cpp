// The average of the weights: updating, validating, saving and resuming it.
#include "amt/trainer/weight_average.hpp"

#include "amt/base/files.hpp"
#include "amt/cpu/cpu_ops.hpp"
#include "amt/evaluate/evaluation.hpp"
#include "amt/weights/hugging_face.hpp"
#include "trainer_fixture.hpp"

namespace amt {
namespace {

TEST(WeightAverage, IsAMeanAndThenAnExponentialAverage) {
  WeightAverage average(4);
  EXPECT_EQ(average.every(), 1);
  const std::vector<float> weights = {8, 4, 6, 2, 9};
  std::vector<float> after;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    average.add(std::vector<float>{weights[i]}, static_cast<std::int64_t>(i));
    after.push_back(average.values().at(0));
  }
  EXPECT_EQ(after, (std::vector<float>{8, 6, 6, 5, 6}));
}

TEST(WeightAverage, IsUpdatedAHundredTimesPerReach) {
  EXPECT_EQ(WeightAverage(2000).every(), 20);
  EXPECT_TRUE(WeightAverage(2000).is_due(40));
  EXPECT_FALSE(WeightAverage(2000).is_due(41));
  EXPECT_FALSE(WeightAverage(0).is_due(100));
}

class WeightAverageTest : public TrainerTest {
 protected:
  TrainerSettings averaging(const char* run) const {
    TrainerSettings s = settings(run);
    s.trainer.average = 6;
    s.checkpointer.keep_every = 1;
    return s;
  }
  test::TrainedRun train(const TrainerSettings& s) const {
    return test::run_alone(s, rows_, &valid_);
  }
  CheckpointPaths checkpoint(const char* run, std::int64_t step) const {
    return {RunPaths(folder_.path() / run).step(step)};
  }
};

TEST_F(WeightAverageTest, DoesNotChangeTraining) {
  TrainerSettings without = averaging("without");
  without.trainer.average = 0;
  expect_same(train(averaging("with")), train(without));
  EXPECT_FALSE(std::filesystem::exists(checkpoint("without", 20).average().folder));
}

TEST_F(WeightAverageTest, AveragesTheWeightsOfEachStep) {
  train(averaging("run"));
  WeightAverage expected(6);
  for (std::int64_t step = 1; step <= 20; ++step) {
    const Checkpoint saved = load_checkpoint(checkpoint("run", step).folder, test::tiny_model());
    expected.add(saved.parameters, step - 1);
    EXPECT_EQ(saved.average, expected.values()) << step;
    EXPECT_EQ(saved.state.averaged, step);
  }
}

TEST_F(WeightAverageTest, ItsReportedLossIsThatOfTheSavedModel) {
  train(averaging("run"));
  HuggingFaceModel saved(checkpoint("run", 20).average().folder);
  const auto ops = make_cpu_ops(1);
  Model model(*ops, test::tiny_model(), 2, Purpose::kInference);
  std::vector<float> values(static_cast<std::size_t>(model.layout().total()));
  saved.read(values);
  model.set_parameters(values);
  const auto losses = test::metric(folder_.path() / "run", "average_valid_loss");
  ASSERT_EQ(losses.size(), 4u);
  EXPECT_DOUBLE_EQ(losses.back(), evaluate(model, self_, valid_, {}, 2)->mean());
}

TEST_F(WeightAverageTest, AResumedRunIsBitIdentical) {
  train(averaging("whole"));
  train(averaging("killed"));
  for (std::int64_t step = 12; step <= 20; ++step) {
    std::filesystem::remove_all(checkpoint("killed", step).folder);
  }
  train(averaging("killed"));
  for (const char* file : {"model.safetensors", "average/model.safetensors"}) {
    EXPECT_EQ(read_text(checkpoint("killed", 20).folder / file),
              read_text(checkpoint("whole", 20).folder / file));
  }
}

TEST_F(WeightAverageTest, ACheckpointWithADamagedAverageIsDamaged) {
  train(averaging("run"));
  write_file_atomically(checkpoint("run", 20).average().model(), "no weights");
  EXPECT_NE(checkpoint_damage(checkpoint("run", 20).folder).find("average"), std::string::npos);
}

}  // namespace
}  // namespace amt
