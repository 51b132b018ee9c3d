// A training run that is stopped or killed and then restarted must end like an undisturbed one.
#include <csignal>

#include "amt/base/files.hpp"
#include "amt/record/report.hpp"
#include "support/event_reader.hpp"
#include "trainer_fixture.hpp"

namespace amt {
namespace {

class InterruptedTraining : public TrainerTest {
 protected:
  /// Returns rows that send a signal to this process during step `step`.
  test::MemoryRows rows_with_signal(int step, int signal) const {
    test::MemoryRows rows = rows_;
    rows.before_read = [=](std::uint64_t first) {
      if (first == static_cast<std::uint64_t>(step) * 12 + 4) set_stop_signal(signal);
    };
    return rows;
  }
  /// Expects TensorBoard to show the same values as metrics.jsonl, in order.
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
};

TEST_F(InterruptedTraining, StoppedAndStartedAgainGivesTheSameBits) {
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
  // The run was stopped at step 10, when a validation was due. It was made later, and nothing must
  // be recorded twice.
  EXPECT_EQ(test::metric(s.trainer.run_dir, "step"),
            test::metric(folder_.path() / "reference", "step"));
  EXPECT_EQ(test::metric(s.trainer.run_dir, "loss"),
            test::metric(folder_.path() / "reference", "loss"));
  EXPECT_EQ(test::metric(s.trainer.run_dir, "valid_loss"),
            test::metric(folder_.path() / "reference", "valid_loss"));
  expect_same_curves(s.trainer.run_dir);
}

TEST_F(InterruptedTraining, SignalDuringAValidationStopsThere) {
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

TEST_F(InterruptedTraining, ASignalInTheLastStepStillRequestsARestart) {
  const TrainerSettings s = settings("run");
  const test::MemoryRows rows = rows_with_signal(19, SIGTERM);
  EXPECT_EQ(test::run_alone(s, rows, &valid_).outcome, Outcome::kStopped);
  set_stop_signal(0);
  const test::TrainedRun finished = test::run_alone(s, rows_, &valid_);
  EXPECT_EQ(finished.outcome, Outcome::kFinished);
  expect_same(finished, reference());
  test::run_alone(s, rows_, &valid_);  // starts again, with nothing left to do
  EXPECT_EQ(test::metric(s.trainer.run_dir, "valid_loss").size(), 4u);
}

TEST_F(InterruptedTraining, KilledWhileSavingResumesFromThePreviousCheckpoint) {
  TrainerSettings s = settings("run");
  s.checkpointer.keep_every = 4;
  test::run_alone(s, rows_, &valid_);
  // Imitates a kill soon after step 12: later checkpoints are missing, the newest is truncated, one
  // is half written, and the metrics are ahead.
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
      << "the report must contain the steps before the restart";
  EXPECT_FALSE(std::filesystem::exists(paths.partial(16)));
  EXPECT_EQ(checkpoint_damage(paths.step(12)), "");
}

TEST_F(InterruptedTraining, ASignalBeforeTheStartStopsAfterOneStep) {
  const TrainerSettings s = settings("run");
  set_stop_signal(SIGUSR1);
  const test::TrainedRun stopped = test::run_alone(s, rows_, &valid_);
  EXPECT_EQ(stopped.outcome, Outcome::kStopped);
  EXPECT_EQ(stopped.state.step, 1);
  set_stop_signal(0);
  expect_same(test::run_alone(s, rows_, &valid_), reference());
}

TEST_F(InterruptedTraining, ASignalBeforeAMissedValidationLeavesItDue) {
  const TrainerSettings s = settings("run");
  test::MemoryRows valid = valid_;
  valid.before_read = [](std::uint64_t) { set_stop_signal(SIGTERM); };
  for (int i = 0; i < 3; ++i) {  // the signal is still set at the restart
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

}  // namespace
}  // namespace amt
