#include "amt/train/checkpoint.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <numeric>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "support/temporary_folder.hpp"
#include "tiny_training.hpp"

namespace amt {
namespace {

class CheckpointTest : public testing::Test {
 protected:
  /// A checkpoint whose numbers tell the step. Padding is 0, as in a trainer.
  Checkpoint make(std::int64_t step) const {
    Checkpoint checkpoint;
    checkpoint.state.step = step;
    checkpoint.state.next_row = static_cast<std::uint64_t>(step) * 12;
    float value = static_cast<float>(step);
    for (auto* all :
         {&checkpoint.parameters, &checkpoint.first_moment, &checkpoint.second_moment}) {
      all->assign(static_cast<std::size_t>(layout_.total()), 0.0f);
      for (const ParameterInfo& parameter : layout_.all()) {
        for (std::int64_t i = 0; i < parameter.size; ++i) {
          (*all)[static_cast<std::size_t>(parameter.offset + i)] = value += 0.25f;
        }
      }
    }
    return checkpoint;
  }
  void save(std::int64_t step, Keep keep = Keep::kRolling) const {
    save_checkpoint(paths_, config_, layout_, make(step), keep);
  }
  /// Changes one byte in the middle of a file.
  void damage(const std::filesystem::path& path) const {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    const auto middle = static_cast<std::streamoff>(std::filesystem::file_size(path) / 2);
    file.seekg(middle);
    const int byte = file.get();
    file.seekp(middle);
    file.put(static_cast<char>(byte ^ 1));
  }

  test::TemporaryFolder folder_;
  RunPaths paths_{folder_.path()};
  ModelConfig config_ = test::tiny_model();
  ParameterLayout layout_{config_};
};

TEST_F(CheckpointTest, ComesBackAsItWas) {
  save(7);
  const Checkpoint back = load_checkpoint(paths_.step(7), layout_);
  const Checkpoint was = make(7);
  EXPECT_EQ(back.parameters, was.parameters);
  EXPECT_EQ(back.first_moment, was.first_moment);
  EXPECT_EQ(back.second_moment, was.second_moment);
  EXPECT_EQ(to_json(back.state), to_json(was.state));
  EXPECT_EQ(read_text(paths_.latest()), "step-000007\n");
  EXPECT_FALSE(std::filesystem::exists(paths_.partial(7)));
}

TEST_F(CheckpointTest, EqualStatesGiveEqualBytes) {
  save(7);
  const RunPaths other(folder_.path() / "other");
  save_checkpoint(other, config_, layout_, make(7), Keep::kRolling);
  for (const auto& entry : std::filesystem::directory_iterator(paths_.step(7))) {
    EXPECT_EQ(read_text(entry.path()), read_text(other.step(7) / entry.path().filename()));
  }
}

TEST_F(CheckpointTest, DamageAnywhereIsSeenAndTheOneBeforeIsUsed) {
  const CheckpointPaths newest{paths_.step(20)};
  for (const auto& file :
       {newest.model(), newest.config(), newest.optimizer(), newest.state(), newest.manifest()}) {
    save(10);
    save(20);
    EXPECT_EQ(find_checkpoint(paths_), 20);
    damage(file);
    EXPECT_NE(checkpoint_damage(newest.folder), "") << file;
    EXPECT_EQ(find_checkpoint(paths_), 10) << file;
    std::filesystem::remove(file);
    EXPECT_EQ(find_checkpoint(paths_), 10) << file;
  }
}

TEST_F(CheckpointTest, CutFileIsSeen) {
  save(10);
  std::filesystem::resize_file(CheckpointPaths{paths_.step(10)}.optimizer(), 100);
  EXPECT_NE(checkpoint_damage(paths_.step(10)).find("optimizer.h5 has 100 bytes"),
            std::string::npos);
  EXPECT_FALSE(find_checkpoint(paths_));
}

TEST_F(CheckpointTest, RenamedCheckpointIsNotBelieved) {
  save(10);
  std::filesystem::rename(paths_.step(10), paths_.step(30));
  EXPECT_NE(checkpoint_damage(paths_.step(30)), "");
}

TEST_F(CheckpointTest, PartialOnesAreNeverReadAndGoAway) {
  save(10);
  std::filesystem::copy(paths_.step(10), paths_.partial(20));
  EXPECT_EQ(find_checkpoint(paths_), 10);
  remove_partial_checkpoints(paths_);
  EXPECT_FALSE(std::filesystem::exists(paths_.partial(20)));
  EXPECT_TRUE(std::filesystem::exists(paths_.step(10)));
  std::filesystem::create_directories(paths_.partial(20) / "junk");
  save(20);
  EXPECT_EQ(checkpoint_damage(paths_.step(20)), "");
  EXPECT_FALSE(std::filesystem::exists(paths_.step(20) / "junk"));
}

TEST_F(CheckpointTest, SavingAgainReplacesADamagedOne) {
  save(20);
  damage(CheckpointPaths{paths_.step(20)}.model());
  save(20);
  EXPECT_EQ(find_checkpoint(paths_), 20);
}

TEST_F(CheckpointTest, OldRollingOnesGoAndOthersStay) {
  save(10, Keep::kForGood);
  for (const int step : {11, 12, 13}) save(step);
  save(20, Keep::kForGood);
  save(21);
  EXPECT_EQ(checkpoint_steps(paths_), (std::vector<std::int64_t>{21, 20, 13, 10}));
}

TEST_F(CheckpointTest, FailedSaveLeavesTheOldOnes) {
  save(10);
  save(11);
  // A folder where the new model's file has to go: writing fails half-way.
  std::filesystem::create_directories(paths_.checkpoints() / "step-000012.partial");
  std::filesystem::remove(paths_.latest());
  std::filesystem::create_directories(paths_.latest() / "in the way");
  EXPECT_THROW(save(12), Error);
  EXPECT_TRUE(std::filesystem::exists(paths_.step(10)));
  EXPECT_EQ(checkpoint_damage(paths_.step(11)), "");
}

TEST_F(CheckpointTest, AnotherModelIsRefused) {
  save(10);
  ModelConfig wider = config_;
  wider.hidden_dim = 32;
  EXPECT_THROW(load_checkpoint(paths_.step(10), ParameterLayout(wider)), Error);
}

TEST_F(CheckpointTest, ModelIsFoundByRunByStepAndByExportedFolder) {
  save(10);
  save(20);
  EXPECT_EQ(find_model(paths_.run()), paths_.step(20));
  EXPECT_EQ(find_model(paths_.step(10)), paths_.step(10));
  const auto exported = folder_.path() / "exported";
  std::filesystem::create_directories(exported);
  for (const auto& file :
       {CheckpointPaths{paths_.step(10)}.model(), CheckpointPaths{paths_.step(10)}.config()}) {
    std::filesystem::copy(file, exported);
  }
  EXPECT_EQ(find_model(exported), exported);
  EXPECT_THROW(find_model(folder_.path() / "nowhere"), Error);
  damage(CheckpointPaths{paths_.step(10)}.model());
  EXPECT_THROW(find_model(paths_.step(10)), Error);
}

}  // namespace
}  // namespace amt
