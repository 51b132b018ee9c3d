// Training runs that must fail, report the cause, and lose nothing.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/base/hash.hpp"
#include "amt/cpu/cpu_ops.hpp"
#include "amt/process/signals.hpp"
#include "support/event_reader.hpp"
#include "support/reducers.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"
#include "support/tiny_training.hpp"

namespace amt {
namespace {

using test::PoisonedReducer;

class BrokenTraining : public testing::Test {
 protected:
  BrokenTraining() { settings_.checkpointer.keep_every = 4; }
  ~BrokenTraining() override { set_stop_signal(0); }

  test::TrainedRun train() const { return test::run_alone(settings_, rows_, &valid_); }
  std::string refusal(Reducer& reducer, const RowSource* valid) const {
    const auto ops = make_cpu_ops(1);
    return test::refusal<Error>([&] {
      test::run_trainer(test::tiny_model(), settings_, rows_, valid, *ops,
                        mpi::Communicator::self(), reducer);
    });
  }
  std::string refusal() const {
    return test::refusal<Error>([this] { train(); });
  }
  /// Changes a member of a checkpoint's state and corrects the hash in its manifest.
  void lie(std::int64_t step, const std::string& member, std::int64_t value) const {
    const CheckpointPaths files{paths_.step(step)};
    auto state = nlohmann::ordered_json::parse(read_text(files.state()));
    state[member] = value;
    write_file_atomically(files.state(), state.dump(2));
    auto manifest = nlohmann::ordered_json::parse(read_text(files.manifest()));
    manifest["files"]["state.json"] = {{"bytes", std::filesystem::file_size(files.state())},
                                       {"xxh3", hex64(xxh3_64_file(files.state()))}};
    write_file_atomically(files.manifest(), manifest.dump(2));
    ASSERT_EQ(checkpoint_damage(files.folder), "");
  }
  /// Returns how often each step was recorded, ignoring START records.
  std::map<std::int64_t, int> recorded(const std::string& tag) const {
    std::map<std::int64_t, int> times;
    for (const auto& file : test::event_files(paths_.tensorboard())) {
      for (const auto& event : test::read_events(file)) {
        if (event.scalars.contains(tag)) ++times[event.step];
      }
    }
    return times;
  }
  void expect_each_step_once() const {
    std::map<std::int64_t, int> steps, validations;
    for (std::int64_t step = 0; step < 20; ++step) steps[step] = 1;
    for (const std::int64_t step : {4, 9, 14, 19}) validations[step] = 1;
    EXPECT_EQ(recorded("train/loss"), steps);
    EXPECT_EQ(recorded("eval/loss"), validations);
    EXPECT_EQ(test::metric(paths_.run(), "loss").size(), 20u);
    EXPECT_EQ(test::metric(paths_.run(), "valid_loss").size(), 4u);
  }

  test::TemporaryFolder folder_;
  TrainerSettings settings_ = test::tiny_settings(folder_.path() / "run");
  RunPaths paths_{settings_.trainer.run_dir};
  test::MemoryRows rows_ = test::make_rows(1, 100, test::tiny_model());
  test::MemoryRows valid_ = test::make_rows(2, 7, test::tiny_model());
};

TEST_F(BrokenTraining, DamagedCheckpointsDoNotCauseAFreshStart) {
  train();
  const auto steps = checkpoint_steps(paths_);
  for (const std::int64_t step : steps) {
    std::filesystem::resize_file(CheckpointPaths{paths_.step(step)}.model(), 1000);
  }
  const std::string metrics = read_text(paths_.metrics());
  const std::string what = refusal();
  for (const std::int64_t step : steps) {
    EXPECT_NE(what.find(RunPaths::step_name(step)), std::string::npos) << what;
  }
  EXPECT_EQ(checkpoint_steps(paths_), steps);
  EXPECT_EQ(read_text(paths_.metrics()), metrics);
}

TEST_F(BrokenTraining, SkipsAnInconsistentCheckpoint) {
  const test::TrainedRun expected = train();
  std::filesystem::remove_all(paths_.step(20));
  lie(16, "next_row", 16 * 13);
  const test::TrainedRun again = train();
  EXPECT_TRUE(again.parameters == expected.parameters);
  EXPECT_EQ(again.state.next_row, 240u);
  expect_each_step_once();
}

// A killed run leaves steps and validations recorded after its last checkpoint, and half a record.
TEST_F(BrokenTraining, EachStepIsRecordedOnce) {
  train();
  for (const std::int64_t step : {20, 16, 12}) std::filesystem::remove_all(paths_.step(step));
  for (const auto& file : test::event_files(paths_.tensorboard())) {
    std::filesystem::resize_file(file, std::filesystem::file_size(file) - 3);
  }
  // Imitates a second job that wrote to the same files, as was possible in versions without a lock.
  const std::string metrics = read_text(paths_.metrics());
  write_file_atomically(paths_.metrics(), metrics + metrics);
  train();
  expect_each_step_once();
}

// The run was stopped in a validation, and later killed after repeating that validation.
TEST_F(BrokenTraining, AValidationRepeatedTwiceIsRecordedOnce) {
  test::MemoryRows valid = valid_;
  valid.before_read = [](std::uint64_t) { set_stop_signal(SIGTERM); };
  test::run_alone(settings_, rows_, &valid);
  set_stop_signal(0);
  test::MemoryRows rows = rows_;
  rows.before_read = [](std::uint64_t first) {
    if (first == 7 * 12) throw Error("killed");
  };
  EXPECT_THROW(test::run_alone(settings_, rows, &valid_), Error);
  train();
  expect_each_step_once();
}

TEST_F(BrokenTraining, ANonFiniteLossAtTheEndIsAFailure) {
  PoisonedReducer reducer({18, 19});
  const std::string what = refusal(reducer, &valid_);
  EXPECT_TRUE(
      test::says(what, {"finite", "step 18", paths_.step(16).string(), "--trainer.learning_rate"}));
  EXPECT_FALSE(std::filesystem::exists(paths_.step(20)));
}

TEST_F(BrokenTraining, ANonFiniteModelIsNeverSaved) {
  settings_.trainer.num_train_steps = 2;
  settings_.optimizer.learning_rate = 1e39;  // overflows a float
  settings_.optimizer.warmup_ratio = 1;
  PoisonedReducer reducer({});
  EXPECT_TRUE(test::says(refusal(reducer, nullptr), {"finite"}));
  EXPECT_TRUE(checkpoint_steps(paths_).empty());
  EXPECT_TRUE(test::says(refusal(reducer, &valid_), {"validation loss", "finite", "step 1"}));
  EXPECT_TRUE(checkpoint_steps(paths_).empty());
}

TEST_F(BrokenTraining, NothingIsWrittenAfterLosingTheLock) {
  int calls = 0;
  settings_.before_writing = [&calls] {
    if (++calls == 3) throw Error("taken by another");
  };
  const std::string what = refusal();
  EXPECT_TRUE(test::says(what, {"taken by another"}));
  EXPECT_TRUE(checkpoint_steps(paths_).empty());
  EXPECT_LE(test::metric(paths_.run(), "loss").size(), 3u);
}

// Opening the pipe for writing would wait for a reader.
TEST_F(BrokenTraining, APipeInPlaceOfRunJsonIsRefused) {
  train();
  std::filesystem::remove(paths_.facts());
  ASSERT_EQ(::mkfifo(paths_.facts().c_str(), 0600), 0);
  EXPECT_TRUE(test::says(refusal(), {paths_.facts().string()}));
}

TEST_F(BrokenTraining, FactsOfTheFirstStartAreKept) {
  settings_.start = {"1.0", "amt train --init gpt2", "the model in gpt2"};
  set_stop_signal(SIGTERM);
  train();
  set_stop_signal(0);
  const RunFacts first = read_run_facts(paths_.facts());
  EXPECT_EQ(first.text(kStartedFrom), "the model in gpt2");
  EXPECT_NE(first.text(kFirstStart), "");
  settings_.start = {"1.1", "amt train", "random weights"};
  train();
  const RunFacts second = read_run_facts(paths_.facts());
  EXPECT_EQ(second.text(kStartedFrom), "the model in gpt2");
  EXPECT_EQ(second.text(kFirstStart), first.text(kFirstStart));
  EXPECT_NE(second.text(kLastStart).find("at step 1"), std::string::npos);
  EXPECT_EQ(second.text("version"), "1.1");
}

}  // namespace
}  // namespace amt
