// Faults in one rank's memory or arithmetic: the run ends, names the rank, and can resume from an
// unaffected checkpoint.
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <string>

#include "amt/base/files.hpp"
#include "amt/process/log.hpp"
#include "faulty_ops.hpp"
#include "support/refusal.hpp"
#include "trainer_ranks.hpp"

namespace amt {
namespace {

using test::Fault;
using test::FaultIn;

constexpr std::int64_t kLinearLayers = 8;  // in the tiny model

class WrongNumbersTest : public test::TrainerRanksTest {
 protected:
  WrongNumbersTest() { set_log_identity(world_.rank(), world_.size(), world_.host()); }

  TrainerSettings checking(const std::filesystem::path& run, std::int64_t replicas,
                           std::int64_t gradients, std::int64_t keep_every) const {
    TrainerSettings s = settings(run);
    s.trainer.steps_per_replica_check = replicas;
    s.trainer.steps_per_gradient_check = gradients;
    s.checkpointer.keep_every = keep_every;
    return s;
  }
  /// Returns the error of a run with this fault on the last rank; "" if the run completes.
  std::string message(const TrainerSettings& s, const Fault& fault) {
    test::FaultyOps ops(*ops_, fault, last());
    world_.barrier();
    std::string text = test::refusal<WrongNumbers>(
        [&] { test::run_trainer(test::tiny_model(), s, rows_, &valid_, ops, world_, *reducer_); });
    world_.barrier();
    return text;
  }
  std::vector<std::int64_t> steps(const TrainerSettings& s) const {
    return checkpoint_steps(RunPaths(s.trainer.run_dir));
  }
  /// Resumes without the fault, and expects the result of a run that never had it.
  void expect_resumes_well(const TrainerSettings& s) {
    const test::TrainedRun resumed = together(s, rows_);
    const test::TrainedRun whole = together(shared() / "whole", rows_);
    EXPECT_TRUE(resumed.parameters == whole.parameters);
    EXPECT_TRUE(resumed.first_moment == whole.first_moment);
    EXPECT_TRUE(resumed.second_moment == whole.second_moment);
  }
  std::string last_name() const { return "rank " + std::to_string(world_.size() - 1) + " of"; }
};

TEST_F(WrongNumbersTest, AFlippedBitInOneCopyEndsTheRunAtTheNextComparison) {
  if (world_.size() == 1) GTEST_SKIP() << "a single rank has no copies to compare";
  struct Case {
    FaultIn in;
    std::int64_t update;
    const char* name;
  };
  int number = 0;
  for (const auto& [in, update, name] : {Case{FaultIn::kParameters, 6, "parameters"},
                                         Case{FaultIn::kFirstMoment, 6, "first moments"},
                                         Case{FaultIn::kFirstMoment, 7, "parameters"},
                                         Case{FaultIn::kFirstMoment, 8, "first moments"},
                                         Case{FaultIn::kSecondMoment, 8, "second moments"}}) {
    const TrainerSettings s = checking(shared() / std::to_string(number++), 4, 0, 3);
    const std::string text = message(s, {in, update});
    // The copies are compared before step 6 is saved, so there is no faulty checkpoint.
    const bool saved = update > 6;
    EXPECT_TRUE(test::says(text, {std::string(name) + " differ after step " + (saved ? "8" : "6"),
                                  std::string("last equal after step ") + (saved ? "6" : "4"),
                                  last_name(), saved ? "step-000006;" : "step-000003;"}));
    EXPECT_EQ(text.find("one or more") == std::string::npos, world_.size() > 2) << text;
    if (world_.rank() == 0) {
      EXPECT_EQ(steps(s).front(), saved ? 6 : 3);
    }
    expect_resumes_well(s);
  }
}

// All ranks receive the same wrong sum, so only recomputing the gradient reveals the fault.
TEST_F(WrongNumbersTest, TheNextCheckFindsARankWithWrongGradients) {
  if (world_.size() == 1) GTEST_SKIP() << "a single rank repeats its error";
  for (const FaultIn in : {FaultIn::kGradient, FaultIn::kActivation}) {
    const auto run = shared() / (in == FaultIn::kGradient ? "gradient" : "activation");
    const TrainerSettings s = checking(run, 1, 4, 1);
    const std::string text = message(s, {in, 5});
    EXPECT_TRUE(test::says(text, {"gradient of step 7", "last equal after step 4", last_name(),
                                  "step-000004;", "start again"}));
    EXPECT_EQ(text.find("one or more") == std::string::npos, world_.size() > 2) << text;
    if (world_.rank() == 0) {
      const RunPaths paths(run);
      EXPECT_EQ(steps(s), (std::vector<std::int64_t>{4, 3, 2, 1}));
      EXPECT_EQ(read_text(paths.latest()), "step-000004\n");
      EXPECT_TRUE(is_there(paths.step(5).string() + RunPaths::kSuspect));
      EXPECT_EQ(read_text(paths.suspect_hosts()), world_.host() + "\n");
    }
    world_.barrier();
    expect_resumes_well(s);
  }
}

// Holds for transient faults too, and on a single rank, if they affect a checked gradient.
TEST_F(WrongNumbersTest, AFlippedBitInACheckedGradientIsFound) {
  int number = 0;
  for (const FaultIn in : {FaultIn::kGradient, FaultIn::kActivation}) {
    for (const std::int64_t call :
         {std::int64_t{2}, kLinearLayers + 2}) {  // the checked rank's gradient, its own
      const TrainerSettings s = checking(shared() / std::to_string(number++), 0, 4, 1000);
      EXPECT_TRUE(test::says(message(s, {in, 7, call, 1}),
                             {"gradient of step 7", "last equal after step 4",
                              "wrong on " + last_name(), "there is no good checkpoint"}));
    }
  }
}

TEST_F(WrongNumbersTest, WithoutAFaultChecksPassAndChangeNothing) {
  for (const bool sharded : {false, true}) {
    TrainerSettings with = checking(shared() / (sharded ? "c" : "a"), 1, 1, 1000);
    TrainerSettings without = checking(shared() / (sharded ? "d" : "b"), 0, 0, 1000);
    // Several micro-batches per step without sharding, one with sharding.
    for (TrainerSettings* s : {&with, &without}) {
      s->trainer.shard_optimizer = sharded;
      if (sharded) s->trainer.per_device_parallelism = -1;
    }
    const std::uint64_t before = reducer_->reduced_bytes();
    const test::TrainedRun a = together(with, rows_);
    const std::uint64_t between = reducer_->reduced_bytes();
    const test::TrainedRun b = together(without, rows_);
    EXPECT_EQ(between - before, reducer_->reduced_bytes() - between);
    EXPECT_EQ(a.state.step, 20);
    EXPECT_TRUE(a.parameters == b.parameters);
    EXPECT_TRUE(a.first_moment == b.first_moment);
    EXPECT_TRUE(a.second_moment == b.second_moment);
  }
}

// Checks in each step; AMT_CHECKED_STEPS=N trains for N steps (tests/bench/NOTES.md).
TEST_F(WrongNumbersTest, NoFalsePositives) {
  const char* asked = std::getenv("AMT_CHECKED_STEPS");
  TrainerSettings s = checking(shared() / "a", 1, 1, 1'000'000);
  s.trainer.num_train_steps = asked != nullptr ? std::atoll(asked) : 100;
  s.trainer.steps_per_eval = 1'000'000;
  EXPECT_EQ(together(s, rows_).state.step, s.trainer.num_train_steps);
}

// Even if many rolling checkpoints follow it, because there is no other to return to.
TEST_F(WrongNumbersTest, TheLastConfirmedCheckpointIsKept) {
  const auto run = shared() / "run";
  TrainerSettings s = checking(run, 0, 8, 1000);
  s.checkpointer.save_interval = Duration{0};
  s.checkpointer.keep_last = 1;
  const Fault fault{FaultIn::kGradient, 15, kLinearLayers + 2, 1};
  EXPECT_TRUE(test::says(message(s, fault), {"last equal after step 8", "step-000008;"}));
  if (world_.rank() == 0) {
    EXPECT_EQ(steps(s), std::vector<std::int64_t>{8});
    EXPECT_EQ(verified_step(RunPaths(run)), 8);
  }
  world_.barrier();
  expect_resumes_well(s);
}

// The first start is stopped before a check confirms its last checkpoint.
TEST_F(WrongNumbersTest, ARestartDoesNotConfirmACheckpoint) {
  const auto run = shared() / "run";
  const TrainerSettings s = checking(run, 0, 8, 6);
  test::MemoryRows rows = rows_;
  if (last()) {
    rows.before_read = [](std::uint64_t first) {
      if (first == 10 * 12 + 11) set_stop_signal(SIGUSR1);  // the last row of step 10
    };
  }
  EXPECT_EQ(together(s, rows).state.step, 11);
  set_stop_signal(0);
  EXPECT_TRUE(test::says(message(s, {FaultIn::kGradient, 4, kLinearLayers + 2, 1}),
                         {"gradient of step 15", "last equal after step 6", "step-000006;"}));
  expect_resumes_well(s);
}

}  // namespace
}  // namespace amt
