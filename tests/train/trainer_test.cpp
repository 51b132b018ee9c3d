#include "src/train/trainer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <limits>
#include <numeric>
#include <set>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/ops/cpu_ops.hpp"
#include "amt/process/signals.hpp"
#include "amt/record/report.hpp"
#include "support/event_reader.hpp"
#include "support/reducers.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"
#include "support/tiny_training.hpp"

namespace amt {
namespace {

using test::PoisonedReducer;

/// Notes what the gradients are when ranges of them are handed over, and at the end.
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
          << "touched again after it was handed over: the range at " << begin;
      floats += static_cast<std::int64_t>(values.size());
    }
    EXPECT_EQ(floats, model_->layout().total());
    EXPECT_FALSE(std::ranges::equal(before_, std::span(all, before_.size())))
        << "the backward pass was over when the first range was handed over";
    EXPECT_GT(ranges_.size(), 4u);
    ++steps;
  }
  int steps = 0;

 private:
  Model*& model_;
  std::vector<float> before_;
  std::vector<std::pair<std::int64_t, std::vector<float>>> ranges_;
};

class TrainerTest : public testing::Test {
 protected:
  ~TrainerTest() override { set_stop_signal(0); }

  TrainerSettings settings(const char* run) const {
    return test::tiny_settings(folder_.path() / run);
  }
  test::TrainedRun reference() const {
    return test::run_alone(settings("reference"), rows_, &valid_);
  }

  /// Rows that bring a signal while step `step` is under way.
  test::MemoryRows rows_with_signal(int step, int signal) const {
    test::MemoryRows rows = rows_;
    rows.before_read = [=](std::uint64_t first) {
      if (first == static_cast<std::uint64_t>(step) * 12 + 4) set_stop_signal(signal);
    };
    return rows;
  }
  /// What TensorBoard shows of a run is what metrics.jsonl says, in order.
  static void expect_same_curves(const std::filesystem::path& run) {
    for (const auto& [tag, name] : {std::pair{"train/loss", "loss"}, {"eval/loss", "valid_loss"}}) {
      std::vector<float> shown, written;
      for (const auto& point : test::shown(RunPaths(run).tensorboard(), tag)) {
        shown.push_back(point.second);
      }
      for (const double value : test::metric(run, name)) {
        written.push_back(static_cast<float>(value));
      }
      EXPECT_EQ(shown, written) << tag;
    }
  }
  static void expect_same(const test::TrainedRun& a, const test::TrainedRun& b) {
    EXPECT_TRUE(a.parameters == b.parameters);
    EXPECT_TRUE(a.first_moment == b.first_moment);
    EXPECT_TRUE(a.second_moment == b.second_moment);
    EXPECT_EQ(a.state.step, b.state.step);
    EXPECT_EQ(a.state.updates, b.state.updates);
  }

  test::TemporaryFolder folder_;
  mpi::Communicator self_ = mpi::Communicator::self();
  test::MemoryRows rows_ = test::make_rows(1, 100, test::tiny_model());
  test::MemoryRows valid_ = test::make_rows(2, 7, test::tiny_model());
};

TEST_F(TrainerTest, LearnsAndWritesWhatItDid) {
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

// An untrained model's logits are near 0: log z is log 50 at each position, and the loss the same.
TEST_F(TrainerTest, LogZRegularizationIsPartOfTheTrainingLossAlone) {
  TrainerSettings s = settings("run");
  s.trainer.num_train_steps = 60;
  s.trainer.log_z_regularization = 0.1;
  test::run_alone(s, rows_, &valid_);
  const double log_z = std::log(50.0);
  EXPECT_NEAR(test::metric(s.trainer.run_dir, "loss")[0], log_z + 0.1 * log_z * log_z, 0.05);
  EXPECT_LT(test::metric(s.trainer.run_dir, "valid_loss")[0], log_z);
  EXPECT_LT(test::metric(s.trainer.run_dir, "loss").back(), 0.7 * (log_z + 0.1 * log_z * log_z));
}

TEST_F(TrainerTest, ValidationsAndCheckpointsPublishWhatIsRecorded) {
  TrainerSettings s = settings("run");
  s.checkpointer.keep_every = 3;
  const RunPaths paths(s.trainer.run_dir);
  test::MemoryRows rows = rows_;
  std::vector<std::size_t> seen;  // steps that the report knows of when a step begins
  rows.before_read = [&](std::uint64_t first) {
    if (first % 12 != 0 || !std::filesystem::exists(paths.report())) return;
    const std::string html = read_text(paths.report());
    const std::string label = "<td>steps done</td><td>";
    seen.push_back(std::stoul(html.substr(html.find(label) + label.size(), 2)));
    EXPECT_GE(test::shown(paths.tensorboard(), "train/loss").size(), seen.back());
  };
  test::run_alone(s, rows, &valid_);
  // Rows are read ahead by another thread, so a publication may be seen a step sooner or later.
  const std::set<std::size_t> published = {3, 5, 6, 9, 10, 12, 15, 18, 20};
  EXPECT_TRUE(std::ranges::is_sorted(seen));
  EXPECT_GE(seen.size(), 14u);
  for (const std::size_t step : seen) EXPECT_TRUE(published.contains(step)) << step;
  for (const std::size_t step : {6u, 10u, 12u, 15u}) {  // of a checkpoint, a validation, and both
    EXPECT_NE(std::ranges::find(seen, step), seen.end()) << step;
  }
}

TEST_F(TrainerTest, RunThatCannotBeRecordedFails) {
  const TrainerSettings s = settings("run");
  write_file_atomically(RunPaths(s.trainer.run_dir).tensorboard(), "in the way");
  EXPECT_THROW(test::run_alone(s, rows_, &valid_), Error);
}

TEST_F(TrainerTest, EqualRunsGiveEqualBits) {
  expect_same(test::run_alone(settings("a"), rows_, &valid_),
              test::run_alone(settings("b"), rows_, nullptr));
}

TEST_F(TrainerTest, AnotherSeedGivesAnotherRun) {
  TrainerSettings s = settings("other");
  s.trainer.seed = 4;
  EXPECT_FALSE(test::run_alone(s, rows_, nullptr).parameters == reference().parameters);
}

TEST_F(TrainerTest, StoppedAndStartedAgainGivesTheSameBits) {
  const TrainerSettings s = settings("run");
  for (const int signal : {SIGTERM, SIGUSR1, SIGINT}) {
    const int step = signal == SIGTERM ? 3 : signal == SIGUSR1 ? 9 : 12;
    const test::MemoryRows rows = rows_with_signal(step, signal);
    const test::TrainedRun stopped = test::run_alone(s, rows, &valid_);
    EXPECT_EQ(stopped.outcome, Outcome::kStopped);
    EXPECT_EQ(stopped.state.step, step + 1);
    set_stop_signal(0);
  }
  const test::TrainedRun finished = test::run_alone(s, rows_, &valid_);
  EXPECT_EQ(finished.outcome, Outcome::kFinished);
  expect_same(finished, reference());
  // Stopped at step 10, where a validation was due: it was made up for, and nothing is there twice.
  EXPECT_EQ(test::metric(s.trainer.run_dir, "step"),
            test::metric(folder_.path() / "reference", "step"));
  EXPECT_EQ(test::metric(s.trainer.run_dir, "loss"),
            test::metric(folder_.path() / "reference", "loss"));
  EXPECT_EQ(test::metric(s.trainer.run_dir, "valid_loss"),
            test::metric(folder_.path() / "reference", "valid_loss"));
  expect_same_curves(s.trainer.run_dir);
}

TEST_F(TrainerTest, SignalDuringAValidationStopsThere) {
  const TrainerSettings s = settings("run");
  test::MemoryRows valid = valid_;
  valid.before_read = [](std::uint64_t first) {
    if (first == 2) set_stop_signal(SIGTERM);
  };
  const test::TrainedRun stopped = test::run_alone(s, rows_, &valid);
  EXPECT_EQ(stopped.outcome, Outcome::kStopped);
  EXPECT_EQ(stopped.state.step, 5);
  EXPECT_TRUE(test::metric(s.trainer.run_dir, "valid_loss").empty());
  set_stop_signal(0);
  expect_same(test::run_alone(s, rows_, &valid_), reference());
  EXPECT_EQ(test::metric(s.trainer.run_dir, "valid_loss").size(), 4u);
}

TEST_F(TrainerTest, SignalInTheLastStepStillAsksToBeStartedAgain) {
  const TrainerSettings s = settings("run");
  const test::MemoryRows rows = rows_with_signal(19, SIGTERM);
  EXPECT_EQ(test::run_alone(s, rows, &valid_).outcome, Outcome::kStopped);
  set_stop_signal(0);
  const test::TrainedRun finished = test::run_alone(s, rows_, &valid_);
  EXPECT_EQ(finished.outcome, Outcome::kFinished);
  expect_same(finished, reference());
  test::run_alone(s, rows_, &valid_);  // once more, with nothing left to do
  EXPECT_EQ(test::metric(s.trainer.run_dir, "valid_loss").size(), 4u);
}

TEST_F(TrainerTest, KilledWhileSavingGoesOnFromTheCheckpointBefore) {
  TrainerSettings s = settings("run");
  s.checkpointer.keep_every = 4;
  test::run_alone(s, rows_, &valid_);
  // As if killed soon after step 12: later checkpoints gone, the newest cut, one half written. The
  // metrics had run ahead.
  const RunPaths paths(s.trainer.run_dir);
  std::filesystem::remove_all(paths.step(20));
  std::filesystem::rename(paths.step(16), paths.partial(16));
  std::filesystem::remove(CheckpointPaths{paths.partial(16)}.manifest());
  std::filesystem::resize_file(CheckpointPaths{paths.step(12)}.model(), 1000);
  const test::TrainedRun run = test::run_alone(s, rows_, &valid_);
  expect_same(run, reference());
  EXPECT_EQ(test::metric(s.trainer.run_dir, "loss"),
            test::metric(folder_.path() / "reference", "loss"));
  expect_same_curves(s.trainer.run_dir);
  EXPECT_EQ(read_text(paths.report()),
            run_report_html(read_run_facts(paths.facts()), read_history(paths.metrics())))
      << "the report lacks what was recorded before the restart";
  EXPECT_FALSE(std::filesystem::exists(paths.partial(16)));
  EXPECT_EQ(checkpoint_damage(paths.step(12)), "");
}

TEST_F(TrainerTest, CheckpointsAreKeptAndRolled) {
  TrainerSettings s = settings("run");
  s.checkpointer.keep_every = 8;
  s.checkpointer.save_interval.seconds = 1e-9;  // after every step
  test::run_alone(s, rows_, nullptr);
  EXPECT_EQ(checkpoint_steps(RunPaths(s.trainer.run_dir)),
            (std::vector<std::int64_t>{20, 19, 18, 16, 8}));
}

TEST_F(TrainerTest, MicroBatchChangesTheLossByRoundingOnly) {
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

TEST_F(TrainerTest, StepThatIsNotFiniteChangesNothing) {
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

TEST_F(TrainerTest, GradientsAreHandedOverWhileTheBackwardPassGoesOn) {
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

TEST_F(TrainerTest, AskedToStopBeforeItBeginsItStopsAfterOneStep) {
  const TrainerSettings s = settings("run");
  set_stop_signal(SIGUSR1);
  const test::TrainedRun stopped = test::run_alone(s, rows_, &valid_);
  EXPECT_EQ(stopped.outcome, Outcome::kStopped);
  EXPECT_EQ(stopped.state.step, 1);
  set_stop_signal(0);
  expect_same(test::run_alone(s, rows_, &valid_), reference());
}

TEST_F(TrainerTest, AskedToStopBeforeAValidationIsMadeUpForItStaysDue) {
  const TrainerSettings s = settings("run");
  test::MemoryRows valid = valid_;
  valid.before_read = [](std::uint64_t) { set_stop_signal(SIGTERM); };
  for (int i = 0; i < 3; ++i) {  // the signal is still there when it is started again
    const test::TrainedRun stopped = test::run_alone(s, rows_, &valid);
    EXPECT_EQ(stopped.outcome, Outcome::kStopped);
    EXPECT_EQ(stopped.state.step, 5);
  }
  EXPECT_TRUE(test::metric(s.trainer.run_dir, "valid_loss").empty());
  set_stop_signal(0);
  expect_same(test::run_alone(s, rows_, &valid_), reference());
  EXPECT_EQ(test::metric(s.trainer.run_dir, "valid_loss"),
            test::metric(folder_.path() / "reference", "valid_loss"));
}

TEST_F(TrainerTest, TooManySkippedInARowFail) {
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

TEST_F(TrainerTest, CheckpointOfAnotherRunIsRefused) {
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
