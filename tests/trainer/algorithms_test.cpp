// Tests how a device's choice of algorithms is shared by ranks, recorded, and used by resumed runs.
#include "amt/base/files.hpp"
#include "amt/run/paths.hpp"
#include "support/passing_ops.hpp"
#include "trainer_ranks.hpp"

namespace amt {
namespace {

/// Imitates a choice by timing: "chooses" a given name, and remembers what was used.
class NamedChoice final : public AlgorithmChoice {
 public:
  NamedChoice(std::string card, std::string name)
      : card_(std::move(card)), name_(std::move(name)) {}
  void set_timing(bool on) override { timing_ = on; }
  std::string record() const override { return card_ + ":" + chosen_ + "\n"; }
  std::string take(const std::string& record) override {
    if (!record.starts_with(card_ + ":")) return "another card";
    chosen_ = record.substr(card_.size() + 1, record.size() - card_.size() - 2);
    return "";
  }
  void meet_operation() {
    if (chosen_.empty() && timing_) chosen_ = name_, ++timed;
    used = chosen_;
  }

  int timed = 0;
  std::string used;  ///< the algorithm of the last operation

 private:
  std::string card_, name_, chosen_;
  bool timing_ = false;
};

class ChoosingOps final : public Implement<ChoosingOps, test::PassingOps, Operators> {
 public:
  ChoosingOps(Ops& to, const std::string& card, const std::string& name)
      : Implement(to), choice(card, name) {}
  AlgorithmChoice* algorithms() override { return &choice; }
  template <class Op>
  void execute(const Op& op) {
    choice.meet_operation();
    to_.run(op);
  }
  NamedChoice choice;
};

class AlgorithmsTest : public test::TrainerRanksTest {
 protected:
  test::TrainedRun train(const std::filesystem::path& run, std::int64_t steps, Ops& ops,
                         bool deterministic = false) {
    TrainerSettings s = settings(run);
    s.trainer.num_train_steps = steps;
    s.trainer.deterministic = deterministic;
    world_.barrier();
    const auto result =
        test::run_trainer(test::tiny_model(), s, rows_, &valid_, ops, world_, *reducer_);
    world_.barrier();
    return result;
  }
  /// Writes a record into the folder of a run that has not started.
  void put(const std::filesystem::path& run, const std::string& record) {
    if (world_.rank() != 0) return;
    make_folders(run);
    write_file_atomically(RunPaths(run).algorithms(), record);
  }
  std::string own(const std::string& name) const {
    return name + " of rank " + std::to_string(world_.rank());
  }
};

TEST_F(AlgorithmsTest, AllRanksAndAResumedRunUseTheFirstRanksChoice) {
  const std::filesystem::path run = shared() / "run";
  ChoosingOps first(*ops_, "card", own("chosen")), second(*ops_, "card", own("chosen later"));
  train(run, 4, first);
  EXPECT_EQ(first.choice.timed, world_.rank() == 0 ? 1 : 0);
  EXPECT_EQ(first.choice.used, "chosen of rank 0");
  EXPECT_EQ(read_text(RunPaths(run).algorithms()), "card:chosen of rank 0\n");
  train(run, 6, second);
  EXPECT_EQ(second.choice.timed, 0);
  EXPECT_EQ(second.choice.used, "chosen of rank 0");
}

TEST_F(AlgorithmsTest, AnotherCardChoosesAgain) {
  const std::filesystem::path run = shared() / "run";
  ChoosingOps first(*ops_, "card", own("chosen")), second(*ops_, "new card", own("chosen later"));
  train(run, 4, first);
  train(run, 6, second);
  EXPECT_EQ(second.choice.used, "chosen later of rank 0");
  EXPECT_EQ(read_text(RunPaths(run).algorithms()), "new card:chosen later of rank 0\n");
}

TEST_F(AlgorithmsTest, ARecordInANewFolderIsUsed) {
  const std::filesystem::path run = shared() / "run";
  put(run, "card:another run's\n");
  ChoosingOps ops(*ops_, "card", own("chosen"));
  train(run, 4, ops);
  EXPECT_EQ(ops.choice.used, "another run's");
}

// Timing could choose differently at each start.
TEST_F(AlgorithmsTest, ADeterministicRunTimesNothingButUsesARecord) {
  const std::filesystem::path fresh = shared() / "fresh", given = shared() / "given";
  ChoosingOps of_fresh(*ops_, "card", own("chosen")), of_given(*ops_, "card", own("chosen"));
  train(fresh, 4, of_fresh, true);
  EXPECT_EQ(of_fresh.choice.timed, 0);
  EXPECT_EQ(of_fresh.choice.used, "") << "the first proposal must be used";
  EXPECT_FALSE(is_there(RunPaths(fresh).algorithms()));
  put(given, "card:another run's\n");
  train(given, 4, of_given, true);
  EXPECT_EQ(of_given.choice.used, "another run's");
}

TEST_F(AlgorithmsTest, ARecordOfAnotherCardIsKeptIfNothingIsTimed) {
  const std::filesystem::path run = shared() / "run";
  put(run, "other card:its own\n");
  ChoosingOps ops(*ops_, "card", own("chosen"));
  train(run, 4, ops, true);
  EXPECT_EQ(ops.choice.used, "");
  world_.barrier();
  EXPECT_EQ(read_text(RunPaths(run).algorithms()), "other card:its own\n");
}

TEST_F(AlgorithmsTest, ChoosingChangesNothingElse) {
  ChoosingOps ops(*ops_, "card", own("chosen"));
  const auto with = train(shared() / "with", 4, ops),
             without = train(shared() / "without", 4, *ops_);
  EXPECT_EQ(with.parameters, without.parameters);
  EXPECT_EQ(with.state.train_loss, without.state.train_loss);
  EXPECT_FALSE(is_there(RunPaths(shared() / "without").algorithms()));
}

}  // namespace
}  // namespace amt
