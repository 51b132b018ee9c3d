// Tests checkpoints that are written while training continues: they have the same bytes, are
// written one at a time, and end the run if the disk fails.
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <string>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "support/refusal.hpp"
#include "trainer_ranks.hpp"

namespace amt {
namespace {

/// Controls what fsync() does for files of unfinished checkpoints.
class Disk {
 public:
  /// Makes later syncs wait for release(), for at most 60 s.
  void block() {
    const std::lock_guard lock(mutex_);
    blocked_ = true;
    timed_out_ = false;
  }
  void release() {
    {
      const std::lock_guard lock(mutex_);
      blocked_ = false;
    }
    changed_.notify_all();
  }
  /// Makes syncs of paths that contain `part` fail; "" ends this.
  void fail(const std::string& part) {
    const std::lock_guard lock(mutex_);
    failing_ = part;
    failed_ = false;
  }
  void wait_for_failure() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(60), [this] { return failed_; });
  }
  bool timed_out() const { return timed_out_; }
  int most_at_once() const { return most_at_once_; }

  /// Called for each fsync(); returns 0, or the errno with which it must fail.
  int sync(const std::string& path) {
    if (path.find(RunPaths::kPartial) == std::string::npos) return 0;
    std::unique_lock lock(mutex_);
    ++at_once_;
    most_at_once_ = std::max(most_at_once_, at_once_);
    if (!changed_.wait_for(lock, std::chrono::seconds(60), [this] { return !blocked_; })) {
      timed_out_ = true;
    }
    --at_once_;
    if (failing_.empty() || path.find(failing_) == std::string::npos) return 0;
    failed_ = true;
    changed_.notify_all();
    return EIO;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string failing_;
  bool blocked_ = false, failed_ = false;
  std::atomic<bool> timed_out_ = false;
  int at_once_ = 0, most_at_once_ = 0;
};

Disk& disk() {
  static Disk disk;
  return disk;
}

}  // namespace
}  // namespace amt

// Replaces the C library's function.
extern "C" int fsync(int fd) {
  std::error_code failed;
  const auto path = std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(fd), failed);
  if (const int error = amt::disk().sync(path.string()); error != 0) {
    errno = error;
    return -1;
  }
  return static_cast<int>(syscall(SYS_fsync, fd));
}

namespace amt {
namespace {

constexpr std::int64_t kKeepEvery = 4, kBatch = 12;

class BackgroundSave : public test::TrainerRanksTest {
 protected:
  ~BackgroundSave() override {
    disk().release();
    disk().fail("");
  }
  TrainerSettings saving_settings(const std::filesystem::path& run) const {
    TrainerSettings s = settings(run);
    s.checkpointer.keep_every = kKeepEvery;
    return s;
  }
  TrainerSettings long_settings(const std::filesystem::path& run) const {
    TrainerSettings s = settings(run);
    s.trainer.num_train_steps = 100;
    s.checkpointer.keep_every = 12;
    return s;
  }
  /// Returns rows that make rank 0 call `act` whenever it reads those of step `step` or later.
  test::MemoryRows rows_that(std::int64_t step, const std::function<void()>& act) const {
    test::MemoryRows rows = rows_;
    if (world_.rank() != 0) return rows;
    rows.before_read = [step, act](std::uint64_t first) {
      if (static_cast<std::int64_t>(first) / kBatch >= step) act();
    };
    return rows;
  }
};

TEST_F(BackgroundSave, TrainingContinuesWhileACheckpointIsWritten) {
  const auto run = shared() / "run";
  disk().block();  // before step 4's checkpoint
  const test::TrainedRun result =
      together(saving_settings(run), rows_that(kKeepEvery + 2, [] { disk().release(); }));
  EXPECT_EQ(result.outcome, Outcome::kFinished);
  EXPECT_FALSE(disk().timed_out()) << "training waited for the disk";
  if (world_.rank() != 0) return;
  EXPECT_EQ(checkpoint_steps(RunPaths(run)), (std::vector<std::int64_t>{20, 16, 12, 8, 4}));
}

TEST_F(BackgroundSave, OnlyOneCheckpointIsWrittenAtATime) {
  const auto run = shared() / "run";
  TrainerSettings s = saving_settings(run);
  s.checkpointer.keep_every = 1;
  together(s, rows_);
  if (world_.rank() != 0) return;
  EXPECT_EQ(disk().most_at_once(), 1);
}

TEST_F(BackgroundSave, TheBytesEqualThoseOfASynchronousSave) {
  const auto folder = shared();
  TrainerSettings waiting = saving_settings(folder / "waiting");
  waiting.checkpointer.background = false;
  together(waiting, rows_);
  together(saving_settings(folder / "background"), rows_);
  if (world_.rank() != 0) return;
  for (const std::int64_t step : {4, 8, 12, 16, 20}) {
    const CheckpointPaths a{RunPaths(folder / "waiting").step(step)};
    const CheckpointPaths b{RunPaths(folder / "background").step(step)};
    EXPECT_TRUE(read_file(a.model()) == read_file(b.model())) << step;
    EXPECT_TRUE(read_file(a.optimizer()) == read_file(b.optimizer())) << step;
    EXPECT_EQ(read_text(a.state()), read_text(b.state())) << step;
    EXPECT_EQ(read_text(a.manifest()), read_text(b.manifest())) << step;
  }
}

TEST_F(BackgroundSave, ADiskFailureEndsTheRunAndKeepsThePreviousCheckpoint) {
  const auto run = shared() / "run";
  const TrainerSettings s = long_settings(run);
  disk().fail(RunPaths::step_name(24));
  const auto rows = rows_that(26, [] {
    disk().wait_for_failure();
    usleep(20'000);
  });
  EXPECT_TRUE(test::says(test::refusal<Error>([&] { train(s, rows, valid_, *reducer_); }),
                         {RunPaths::step_name(24), "start again to resume"}));
  world_.barrier();
  disk().fail("");
  if (world_.rank() == 0) {
    EXPECT_EQ(checkpoint_steps(RunPaths(run)), std::vector<std::int64_t>{12});
    EXPECT_FALSE(std::filesystem::exists(RunPaths(run).partial(24)));
    EXPECT_LT(test::metric(run, "loss").size(), 36u)
        << "training must end before the next checkpoint";
  }
  const test::TrainedRun resumed = together(s, rows_);
  EXPECT_TRUE(resumed.parameters == together(long_settings(shared() / "whole"), rows_).parameters);
}

}  // namespace
}  // namespace amt
