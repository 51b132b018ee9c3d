#include "amt/checkpoint/checkpoint.hpp"

#include <gtest/gtest.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <functional>
#include <numeric>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/run/configuration.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"
#include "support/tiny_training.hpp"

namespace amt {
namespace {

class CheckpointTest : public testing::Test {
 protected:
  CheckpointTest() { write_configuration(paths_, ""); }
  /// A checkpoint whose numbers tell the step. Padding is 0, as in a trainer.
  Checkpoint make(std::int64_t step) const {
    Checkpoint checkpoint;
    checkpoint.state.step = step;
    checkpoint.state.updates = step;
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
  /// Names in the folder of checkpoints to which `work` made these things happen, in order.
  std::vector<std::string> names_seen(std::uint32_t mask, const std::function<void()>& work) const {
    const int events = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    EXPECT_GE(inotify_add_watch(events, paths_.checkpoints().c_str(), mask), 0);
    work();
    alignas(inotify_event) std::array<char, 4096> bytes{};
    const ssize_t size = read(events, bytes.data(), bytes.size());
    close(events);
    std::vector<std::string> names;
    for (ssize_t at = 0; at < size;) {
      const auto* event = reinterpret_cast<const inotify_event*>(bytes.data() + at);
      names.emplace_back(event->name);
      at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
    }
    return names;
  }
  std::string refusal_of_all() const {
    return test::refusal<Error>([this] { find_checkpoint(paths_); });
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
  const Checkpoint back = load_checkpoint(paths_.step(7), config_);
  const Checkpoint was = make(7);
  EXPECT_EQ(back.parameters, was.parameters);
  EXPECT_EQ(back.first_moment, was.first_moment);
  EXPECT_EQ(back.second_moment, was.second_moment);
  EXPECT_EQ(to_json(back.state), to_json(was.state));
  EXPECT_EQ(read_text(paths_.latest()), "step-000007\n");
  EXPECT_FALSE(std::filesystem::exists(paths_.partial(7)));
}

TEST_F(CheckpointTest, NoneIsMadeInAFolderThatLostItsConfiguration) {
  std::filesystem::remove_all(paths_.run());
  EXPECT_THROW(save(7), Error);
  EXPECT_FALSE(std::filesystem::exists(paths_.checkpoints()));
  restore_configuration(paths_, "[model]\n");
  save(7);
  EXPECT_EQ(read_text(paths_.config()), "[model]\n");
  std::filesystem::remove(paths_.config());
  restore_configuration(paths_, "[model]\n");
  EXPECT_TRUE(std::filesystem::exists(paths_.config()));
  EXPECT_EQ(checkpoint_steps(paths_), (std::vector<std::int64_t>{7}));
}

TEST_F(CheckpointTest, EqualStatesGiveEqualBytes) {
  save(7);
  const RunPaths other(folder_.path() / "other");
  write_configuration(other, "");
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
  EXPECT_TRUE(test::says(checkpoint_damage(paths_.step(10)), {"optimizer.h5 ", " 100 bytes"}));
  EXPECT_TRUE(test::says(refusal_of_all(), {"step-000010 ", "(optimizer.h5 ", " 100 bytes"}));
}

// Reading it would take longer than the time that this test has.
TEST_F(CheckpointTest, AFileThatIsMuchLongerIsNotRead) {
  save(10);
  std::filesystem::resize_file(CheckpointPaths{paths_.step(10)}.model(), std::uintmax_t{1} << 40);
  EXPECT_TRUE(test::says(checkpoint_damage(paths_.step(10)), {" 1099511627776 bytes"}));
}

TEST_F(CheckpointTest, ARunWithoutCheckpointsIsNotDamaged) {
  EXPECT_FALSE(find_checkpoint(paths_));
  std::filesystem::create_directories(paths_.checkpoints());
  EXPECT_FALSE(find_checkpoint(paths_));
}

TEST_F(CheckpointTest, WhereAllAreDamagedEachIsNamedAndNothingIsRemoved) {
  save(10);
  save(20);
  for (const int step : {10, 20}) damage(CheckpointPaths{paths_.step(step)}.model());
  EXPECT_TRUE(test::says(refusal_of_all(),
                         {"step-000020 (model.safetensors", "step-000010 (model.safetensors"}));
  EXPECT_EQ(checkpoint_steps(paths_), (std::vector<std::int64_t>{20, 10}));
}

// Not even by root can a link that leads to itself be opened.
TEST_F(CheckpointTest, NobodyGoesBackBehindOneThatCannotBeRead) {
  save(10);
  save(20);
  const CheckpointPaths newest{paths_.step(20)};
  std::filesystem::remove(newest.state());
  std::filesystem::create_symlink("state.json", newest.state());
  EXPECT_THROW(checkpoint_damage(newest.folder), SystemError);
  const std::string what = refusal_of_all();
  EXPECT_TRUE(test::says(what, {"step-000020 (", "step-000010"}));
  EXPECT_LT(what.find("step-000020"), what.find("step-000010")) << "the one to go on from";
  EXPECT_EQ(what.find("damaged"), std::string::npos) << what;
}

TEST_F(CheckpointTest, ANewerFormatIsNoDamage) {
  save(10);
  save(20);
  const CheckpointPaths newest{paths_.step(20)};
  const std::string text = read_text(newest.manifest());
  const std::string version = "\"version\": 1";
  write_file_atomically(
      newest.manifest(),
      std::string(text).replace(text.find(version), version.size(), "\"version\": 99"));
  EXPECT_THROW(checkpoint_damage(newest.folder), NewerFormat);
  EXPECT_TRUE(test::says(refusal_of_all(), {"step-000020 (", " 99,"}));
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
  clear_interrupted_saves(paths_);
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

// A crash in the middle of an exchange on a file system that cannot exchange names.
TEST_F(CheckpointTest, WhatAnExchangeHadPutAsideComesBack) {
  save(10);
  const auto aside = paths_.step(10).string() + ".old.partial";
  std::filesystem::rename(paths_.step(10), aside);
  clear_interrupted_saves(paths_);
  EXPECT_EQ(find_checkpoint(paths_), 10);
  std::filesystem::copy(paths_.step(10), aside, std::filesystem::copy_options::recursive);
  clear_interrupted_saves(paths_);
  EXPECT_FALSE(std::filesystem::exists(aside));
  EXPECT_EQ(find_checkpoint(paths_), 10);
}

TEST_F(CheckpointTest, LatestNamesACheckpointThatIsThere) {
  save(10);
  EXPECT_EQ(names_seen(IN_MOVED_TO, [this] { save(20); }),
            (std::vector<std::string>{"step-000020", "latest"}));
}

TEST_F(CheckpointTest, ACheckpointThatIsSavedAgainIsThereAtEveryMoment) {
  save(20);
  EXPECT_EQ(names_seen(IN_DELETE, [this] { save(20); }),
            (std::vector<std::string>{"step-000020.partial"}));
  EXPECT_EQ(find_checkpoint(paths_), 20);
}

// A run that went back behind damaged checkpoints: those are newer than what it saves.
TEST_F(CheckpointTest, NewerOnesDoNotCountAmongTheRollingOnes) {
  for (const int step : {40, 50}) save(step);
  for (const int step : {10, 20, 30}) save(step);
  EXPECT_EQ(checkpoint_steps(paths_), (std::vector<std::int64_t>{50, 40, 30, 20}));
}

TEST_F(CheckpointTest, OldRollingOnesGoAndOthersStay) {
  save(10, Keep::kForGood);
  for (const int step : {11, 12, 13}) save(step);
  save(20, Keep::kForGood);
  save(21);
  EXPECT_EQ(checkpoint_steps(paths_), (std::vector<std::int64_t>{21, 20, 13, 10}));
}

TEST_F(CheckpointTest, TheBestStaysUntilABetterOneIsThere) {
  const auto save_best = [this](std::int64_t step) {
    save_checkpoint(paths_, config_, layout_, make(step), Keep::kRolling, true);
  };
  save_best(10);
  for (const int step : {11, 12, 13}) save(step);
  EXPECT_EQ(checkpoint_steps(paths_), (std::vector<std::int64_t>{13, 12, 10}));
  EXPECT_EQ(
      names_seen(IN_MOVED_TO | IN_DELETE, [&] { save_best(14); }),
      (std::vector<std::string>{"step-000014", "latest", "best", "step-000012", "step-000010"}));
  EXPECT_EQ(best_step(paths_), 14);
  save(20, Keep::kForGood);
  for (const int step : {21, 22, 23}) save(step);
  EXPECT_EQ(checkpoint_steps(paths_), (std::vector<std::int64_t>{23, 22, 20, 14}));
}

TEST_F(CheckpointTest, OnlyACheckpointThatIsThereIsNamedTheBest) {
  EXPECT_FALSE(best_step(paths_));
  name_best(paths_, 0);
  save(10);
  name_best(paths_, 10);
  EXPECT_EQ(best_step(paths_), 10);
  for (const std::string& nonsense :
       {std::string("step-10\n"), std::string(), std::string(99, 'x')}) {
    write_file_atomically(paths_.best(), nonsense);
    EXPECT_FALSE(best_step(paths_));
  }
  name_best(paths_, 20);
  EXPECT_FALSE(std::filesystem::exists(paths_.best()));
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
  EXPECT_THROW(load_checkpoint(paths_.step(10), wider), Error);
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
  EXPECT_TRUE(test::refuses<Error>([&] { find_model(paths_.best()); }, {"best", "keep_best"}));
  name_best(paths_, 10);
  EXPECT_EQ(find_model(paths_.best()), paths_.step(10));
  EXPECT_EQ(find_model(paths_.latest()), paths_.step(20));
  EXPECT_EQ(find_model(paths_.checkpoints() / "." / "best").lexically_normal(), paths_.step(10));
  EXPECT_THROW(find_model(folder_.path() / "nowhere"), Error);
  damage(CheckpointPaths{paths_.step(10)}.model());
  EXPECT_THROW(find_model(paths_.step(10)), Error);
  EXPECT_THROW(find_model(paths_.best()), Error);
  write_file_atomically(paths_.best(), "step-000020/..\n");
  EXPECT_TRUE(test::refuses<Error>([&] { find_model(paths_.best()); }, {"best", "does not name"}));
}

}  // namespace
}  // namespace amt
