// Tests what an uninterrupted training run does and writes.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/cpu/cpu_ops.hpp"
#include "amt/record/report.hpp"
#include "support/event_reader.hpp"
#include "support/reducers.hpp"
#include "support/refusal.hpp"
#include "trainer_fixture.hpp"

namespace amt {
namespace {

using test::PoisonedReducer;

/// Records the gradients when the sum of a range is started, and at the end, to compare both.
class WatchingReducer : public test::PassingReducer {
 public:
  explicit WatchingReducer(Model*& model) : model_(model) {}
  void all_reduce(float* data, std::int64_t count) override {
    const float* all = model_->gradients();
    if (before_.empty()) before_.assign(all, all + model_->layout().total());
    ranges_.push_back({data - all, {data, data + count}});
  }
  void wait() override {
    const float* all = model_->gradients();
    std::int64_t floats = 0;
    for (const auto& [begin, values] : ranges_) {
      EXPECT_TRUE(std::ranges::equal(values, std::span(all + begin, values.size())))
          << "changed after its sum was started: the range at " << begin;
      floats += static_cast<std::int64_t>(values.size());
    }
    EXPECT_EQ(floats, model_->layout().total());
    EXPECT_FALSE(std::ranges::equal(before_, std::span(all, before_.size())))
        << "the first sum was started only after the backward pass";
    EXPECT_GT(ranges_.size(), 4u);
    ++steps;
  }
  int steps = 0;

 private:
  Model*& model_;
  std::vector<float> before_;
  std::vector<std::pair<std::int64_t, std::vector<float>>> ranges_;
};

TEST_F(TrainerTest, LearnsAndRecordsItsSteps) {
  TrainerSettings s = settings("run");
  s.trainer.num_train_steps = 60;
  const test::TrainedRun run = test::run_alone(s, rows_, &valid_);
  EXPECT_EQ(run.outcome, Outcome::kFinished);
  const std::vector<double> losses = test::metric(s.trainer.run_dir, "loss");
  const std::vector<double> steps = test::metric(s.trainer.run_dir, "step");
  const std::vector<double> valid = test::metric(s.trainer.run_dir, "valid_loss");
  ASSERT_EQ(losses.size(), 60u);
  EXPECT_EQ(valid.size(), 12u);
  EXPECT_EQ(steps.size(), 72u);
  EXPECT_NEAR(losses[0], std::log(50.0), 0.05);
  EXPECT_LT(losses.back(), losses[0] - 0.5);
  EXPECT_LT(valid.back(), valid[0]);
  EXPECT_EQ(test::metric(s.trainer.run_dir, "lr")[0], 0.0);
  EXPECT_EQ(checkpoint_steps(RunPaths(s.trainer.run_dir)), (std::vector<std::int64_t>{60}));
}

// An untrained model's logits are near 0, so log z and the loss are both about log 50 at each
// position.
TEST_F(TrainerTest, LogZRegularizationAffectsOnlyTheTrainingLoss) {
  TrainerSettings s = settings("run");
  s.trainer.num_train_steps = 60;
  s.trainer.log_z_regularization = 0.1;
  test::run_alone(s, rows_, &valid_);
  const double log_z = std::log(50.0);
  EXPECT_NEAR(test::metric(s.trainer.run_dir, "loss")[0], log_z + 0.1 * log_z * log_z, 0.05);
  EXPECT_LT(test::metric(s.trainer.run_dir, "valid_loss")[0], log_z);
  EXPECT_LT(test::metric(s.trainer.run_dir, "loss").back(), 0.7 * (log_z + 0.1 * log_z * log_z));
}

TEST_F(TrainerTest, ValidationsAndCheckpointsUpdateTheReport) {
  TrainerSettings s = settings("run");
  s.checkpointer.keep_every = 3;
  const RunPaths paths(s.trainer.run_dir);
  test::MemoryRows rows = rows_;
  std::vector<std::size_t> seen;  // for each step, the steps in the report when it begins
  rows.before_read = [&](std::uint64_t first) {
    if (first % 12 != 0 || !std::filesystem::exists(paths.report())) return;
    const std::string html = read_text(paths.report());
    const std::string label = "<td>steps done</td><td>";
    seen.push_back(std::stoul(html.substr(html.find(label) + label.size(), 2)));
    EXPECT_GE(test::shown(paths.tensorboard(), "train/loss").size(), seen.back());
  };
  test::run_alone(s, rows, &valid_);
  // Rows are prefetched by another thread, so an update may be seen a step earlier or later.
  const std::set<std::size_t> published = {3, 5, 6, 9, 10, 12, 15, 18, 20};
  EXPECT_TRUE(std::ranges::is_sorted(seen));
  EXPECT_GE(seen.size(), 14u);
  for (const std::size_t step : seen) EXPECT_TRUE(published.contains(step)) << step;
  for (const std::size_t step :
       {6u, 10u, 12u, 15u}) {  // steps after a checkpoint, a validation, or both
    EXPECT_NE(std::ranges::find(seen, step), seen.end()) << step;
  }
}

TEST_F(TrainerTest, ARunThatCannotBeRecordedFails) {
  const TrainerSettings s = settings("run");
  write_file_atomically(RunPaths(s.trainer.run_dir).tensorboard(), "in the way");
  EXPECT_THROW(test::run_alone(s, rows_, &valid_), Error);
}

TEST_F(TrainerTest, RepeatedRunsGiveTheSameBits) {
  expect_same(test::run_alone(settings("a"), rows_, &valid_),
              test::run_alone(settings("b"), rows_, nullptr));
}

TEST_F(TrainerTest, AnotherSeedGivesAnotherRun) {
  TrainerSettings s = settings("other");
  s.trainer.seed = 4;
  EXPECT_FALSE(test::run_alone(s, rows_, nullptr).parameters == reference().parameters);
}

TEST_F(TrainerTest, PermanentAndRollingCheckpointsAreKept) {
  TrainerSettings s = settings("run");
  s.checkpointer.keep_every = 8;
  s.checkpointer.save_interval.seconds = 1e-9;  // saves after every step
  test::run_alone(s, rows_, nullptr);
  EXPECT_EQ(checkpoint_steps(RunPaths(s.trainer.run_dir)),
            (std::vector<std::int64_t>{20, 19, 18, 16, 8}));
}

TEST_F(TrainerTest, TheMicroBatchChangesTheLossOnlyByRounding) {
  const test::TrainedRun two = reference();
  for (const int micro : {1, 3, 12}) {
    TrainerSettings s = settings(("micro" + std::to_string(micro)).c_str());
    s.trainer.per_device_parallelism = micro;
    test::run_alone(s, rows_, &valid_);
    const auto losses = test::metric(s.trainer.run_dir, "loss");
    const auto expected = test::metric(folder_.path() / "reference", "loss");
    for (std::size_t i = 0; i < losses.size(); ++i) EXPECT_NEAR(losses[i], expected[i], 2e-5);
  }
}

TEST_F(TrainerTest, ANonFiniteStepChangesNothing) {
  const auto ops = make_cpu_ops(1);
  const ModelConfig config = test::tiny_model();
  PoisonedReducer reducer({1});
  Model model(*ops, config, 2);
  TrainerOptions trainer = settings("run").trainer;
  trainer.num_train_steps = 3;
  TrainStep step(model, self_, reducer, rows_, trainer, settings("run").optimizer);
  std::vector<float> values(static_cast<std::size_t>(model.layout().total()));
  initialise_parameters(config, model.layout(), 0, values);
  model.set_parameters(values);
  const auto moments = [&] {
    std::vector<float> both(2 * values.size());
    const std::size_t bytes = values.size() * sizeof(float);
    ops->to_host(both.data(), step.optimizer().first_moment(), bytes);
    ops->to_host(both.data() + values.size(), step.optimizer().second_moment(), bytes);
    return both;
  };
  TrainingState state;
  EXPECT_FALSE(step.run(state, [] { return Requests{}; }).skipped);
  model.get_parameters(values);
  const std::vector<float> before = moments();
  EXPECT_TRUE(step.run(state, [] { return Requests{}; }).skipped);
  std::vector<float> after(values.size());
  model.get_parameters(after);
  EXPECT_TRUE(after == values);
  EXPECT_TRUE(moments() == before);
  EXPECT_EQ(state.step, 2);
  EXPECT_EQ(state.updates, 1);
  EXPECT_EQ(state.skipped, 1);
  EXPECT_FALSE(step.run(state, [] { return Requests{}; }).skipped);
  EXPECT_EQ(state.skipped_in_a_row, 0);
  model.get_parameters(after);
  EXPECT_FALSE(after == values);
  EXPECT_TRUE(std::ranges::all_of(after, [](float x) { return std::isfinite(x); }));
}

TEST_F(TrainerTest, SumsStartDuringTheBackwardPass) {
  const auto ops = make_cpu_ops(1);
  Model* model = nullptr;
  WatchingReducer reducer(model);
  Model the_model(*ops, test::tiny_model(), 2);
  model = &the_model;
  TrainStep step(*model, self_, reducer, rows_, settings("run").trainer, settings("run").optimizer);
  std::vector<float> values(static_cast<std::size_t>(model->layout().total()));
  initialise_parameters(test::tiny_model(), model->layout(), 0, values);
  model->set_parameters(values);
  TrainingState state;
  step.run(state, [] { return Requests{}; });
  EXPECT_EQ(reducer.steps, 1);
}

TEST_F(TrainerTest, TooManySkippedStepsInARowFail) {
  TrainerSettings s = settings("run");
  s.trainer.max_skipped = 2;
  const auto ops = make_cpu_ops(1);
  PoisonedReducer some({3, 4, 8, 9});
  const auto run = test::run_trainer(test::tiny_model(), s, rows_, &valid_, *ops, self_, some);
  EXPECT_EQ(run.state.skipped, 4);
  EXPECT_EQ(test::metric(s.trainer.run_dir, "skipped").back(), 4);
  s.trainer.run_dir = settings("failing").trainer.run_dir;
  PoisonedReducer many({3, 4, 5});
  EXPECT_THROW(test::run_trainer(test::tiny_model(), s, rows_, &valid_, *ops, self_, many), Error);
  EXPECT_NE(
      read_text(RunPaths(s.trainer.run_dir).report()).find("<td>steps skipped</td><td>3</td>"),
      std::string::npos);
}

TEST_F(TrainerTest, ACheckpointOfAnotherRunIsRefused) {
  TrainerSettings s = settings("run");
  test::run_alone(s, rows_, nullptr);
  TrainerSettings other = s;
  const auto train = [&] { test::run_alone(other, rows_, nullptr); };
  other.dataset_digest = "fedcba9876543210";
  EXPECT_TRUE(test::exits_with(ExitCode::kUsage, train, {s.dataset_digest, "fedcba9876543210"}));
  other = s;
  other.encoding = "interarrival";
  EXPECT_TRUE(test::exits_with(ExitCode::kUsage, train, {s.encoding, "interarrival"}));
  other = s;
  other.trainer.train_batch_size = 24;
  EXPECT_TRUE(
      test::exits_with(ExitCode::kFailed, train, {" 20 steps", "train_batch_size 24 ", " 480"}));
  other = s;
  other.trainer.num_train_steps = 10;
  EXPECT_TRUE(
      test::exits_with(ExitCode::kUsage, train, {" 20 steps", "--trainer.num_train_steps"}));
}

}  // namespace
}  // namespace amt
