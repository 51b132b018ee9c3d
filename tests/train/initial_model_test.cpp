// Tests runs that start from an existing model, on several ranks.
#include "amt/checkpoint/initial_model.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "amt/base/error.hpp"
#include "amt/cpu/cpu_ops.hpp"
#include "amt/evaluate/evaluation.hpp"
#include "amt/model/difference.hpp"
#include "amt/mpi/communicator.hpp"
#include "amt/weights/hugging_face.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"
#include "support/tiny_training.hpp"

namespace amt {
namespace {

class InitialModelTest : public testing::Test {
 protected:
  InitialModelTest() {
    config_.embed_pdrop = config_.resid_pdrop = 0;
    world_.broadcast(place_, 0);
  }

  std::filesystem::path folder() const { return std::filesystem::path(place_) / "model"; }

  /// Writes, on rank 0, a model that no seed would give.
  std::vector<float> write_model() {
    const ParameterLayout layout(config_);
    std::vector<float> values(static_cast<std::size_t>(layout.total()));
    initialise_parameters(config_, layout, 11, values);
    for (float& value : values) value *= 3;
    if (world_.rank() == 0) {
      std::filesystem::create_directories(folder());
      write_hugging_face(CheckpointPaths{folder()}, config_, layout, values);
    }
    world_.barrier();
    return values;
  }

  /// Returns settings with batches of 12 rows, i.e. of all rows.
  TrainerSettings settings(const std::string& run, double rate) const {
    TrainerSettings s = test::tiny_settings(std::filesystem::path(place_) / run);
    s.trainer.num_train_steps = 2;
    s.trainer.per_device_parallelism = 1;
    s.optimizer.learning_rate = rate;
    s.optimizer.warmup_ratio = 0;
    s.initial_values = initial_values(folder().string());
    return s;
  }

  test::TrainedRun train(const TrainerSettings& s) {
    world_.barrier();
    const test::TrainedRun run =
        test::run_trainer(config_, s, rows_, nullptr, *ops_, world_, *reducer_);
    world_.barrier();
    return run;
  }

  double loss_of(std::span<const float> values) {
    Model model(*ops_, config_, 1);
    model.set_parameters(values);
    return evaluate(model, world_, rows_, {}, 1)->mean();
  }

  test::TemporaryFolder own_;
  std::string place_ = own_.path().string();  // rank 0's folder, on all ranks
  mpi::Communicator world_ = mpi::Communicator::world();
  std::unique_ptr<Ops> ops_ = make_cpu_ops(1);
  std::unique_ptr<Reducer> reducer_ = make_mpi_reducer(*ops_, world_);
  ModelConfig config_ = test::tiny_model();
  test::MemoryRows rows_ = test::make_rows(1, 12, config_);
};

TEST_F(InitialModelTest, TheFirstLossIsTheModels) {
  const double expected = loss_of(write_model());
  train(settings("run", 1e-9));
  if (world_.rank() != 0) return;
  const auto losses = test::metric(std::filesystem::path(place_) / "run", "loss");
  ASSERT_EQ(losses.size(), 2u);
  EXPECT_NEAR(losses[0], expected, 1e-5);
  EXPECT_NEAR(losses[1], expected, 1e-5);
}

TEST_F(InitialModelTest, AllRanksStartFromExactlyTheModel) {
  const std::vector<float> values = write_model();
  TrainerSettings s = settings("run", 1e-2);
  s.trainer.num_train_steps = 1;
  s.optimizer.warmup_ratio = 1;  // the first step of a warm-up changes nothing
  const test::TrainedRun run = train(s);
  EXPECT_TRUE(run.parameters == values) << "rank " << world_.rank();
  EXPECT_EQ(run.state.step, 1);
  EXPECT_EQ(run.state.next_row, 12u);
}

TEST_F(InitialModelTest, AResumedRunDoesNotReadTheInitialModel) {
  write_model();
  TrainerSettings whole = settings("whole", 1e-2), parts = settings("parts", 1e-2);
  whole.optimizer.lr_schedule = parts.optimizer.lr_schedule = LrSchedule::kConstant;
  whole.trainer.num_train_steps = 4;
  const test::TrainedRun expected = train(whole);
  train(parts);
  if (world_.rank() == 0) std::filesystem::remove_all(folder());
  parts.trainer.num_train_steps = 4;
  const test::TrainedRun finished = train(parts);
  EXPECT_TRUE(finished.parameters == expected.parameters);
  EXPECT_TRUE(finished.second_moment == expected.second_moment);
}

TEST(FollowModel, OptionsThatAreNotGivenAreTakenFromTheFolder) {
  ModelConfig found = test::tiny_model(), model;
  found.embed_pdrop = 0.25;
  model.gradient_checkpointing = true;
  OptionTable given;
  model.register_options(given);
  given.set("model.resid_pdrop", "0.5");
  given.set("model.num_heads", "2");
  adopt_config(found, "there", given, model);
  EXPECT_EQ(shape_difference(found, model)->key,
            "vocabulary");  // not an option: it comes from the dataset
  EXPECT_EQ(model.hidden_dim, 16);
  EXPECT_EQ(model.embed_pdrop, 0.25);
  EXPECT_EQ(model.resid_pdrop, 0.5);
  EXPECT_TRUE(model.gradient_checkpointing);
}

TEST(FollowModel, AGivenShapeMustMatchTheFolder) {
  ModelConfig model;
  OptionTable given;
  model.register_options(given);
  given.set("model.hidden_dim", "768");  // the default value, but given explicitly
  EXPECT_TRUE(
      test::refuses<UsageError>([&] { adopt_config(test::tiny_model(), "FOLDER", given, model); },
                                {"--model.hidden_dim 768,", "FOLDER", " 16;"}));
}

TEST(ShapeDifference, ReturnsTheFirstDifference) {
  ModelConfig a = test::tiny_model(), b = a;
  b.embed_pdrop = 0;
  b.gradient_checkpointing = true;
  EXPECT_FALSE(shape_difference(a, b));
  b.scale_attn_by_inverse_layer_idx = false;
  EXPECT_EQ(shape_difference(a, b)->key, "model.scale_attn_by_inverse_layer_idx");
  b = a;
  b.vocab_size = 51;
  EXPECT_EQ(shape_difference(a, b)->key, "vocabulary");
}

}  // namespace
}  // namespace amt
