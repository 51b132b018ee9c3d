// Tests which checkpoints a run folder keeps, and that a complete one exists at every moment.
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <functional>

#include "amt/base/files.hpp"
#include "checkpoint_fixture.hpp"

namespace amt {
namespace {

class KeptCheckpoints : public CheckpointTest {
 protected:
  /// Returns the names in the checkpoint folder for which `work` caused these inotify events, in
  /// order.
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
};

TEST_F(KeptCheckpoints, PartialCheckpointsAreNeverReadAndAreRemoved) {
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

TEST_F(KeptCheckpoints, KeepsTheRequestedNumberOfRollingCheckpoints) {
  for (const std::int64_t keep_last : {1, 4, 2}) {
    for (std::int64_t step = 1; step <= 6; ++step) {
      save_checkpoint(paths_, config_, layout_, make(10 * keep_last + step), Keep::kRolling, false,
                      keep_last);
    }
    std::int64_t kept = 0;
    for (const std::int64_t step : checkpoint_steps(paths_)) kept += step > 10 * keep_last ? 1 : 0;
    EXPECT_EQ(kept, keep_last);
    std::filesystem::remove_all(paths_.checkpoints());
    std::filesystem::create_directories(paths_.checkpoints());
  }
}

TEST_F(KeptCheckpoints, SavingAgainReplacesADamagedCheckpoint) {
  save(20);
  damage(CheckpointPaths{paths_.step(20)}.model());
  save(20);
  EXPECT_EQ(find_checkpoint(paths_), 20);
}

// Imitates a crash while names are exchanged on a file system that cannot do so atomically.
TEST_F(KeptCheckpoints, AnInterruptedExchangeIsUndone) {
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

TEST_F(KeptCheckpoints, LatestNamesAnExistingCheckpoint) {
  save(10);
  EXPECT_EQ(names_seen(IN_MOVED_TO, [this] { save(20); }),
            (std::vector<std::string>{"step-000020", "latest"}));
}

TEST_F(KeptCheckpoints, ACheckpointExistsWhileItIsSavedAgain) {
  save(20);
  EXPECT_EQ(names_seen(IN_DELETE, [this] { save(20); }),
            (std::vector<std::string>{"step-000020.partial"}));
  EXPECT_EQ(find_checkpoint(paths_), 20);
}

// A run that resumed from a checkpoint older than damaged ones: those are newer than what it saves.
TEST_F(KeptCheckpoints, NewerCheckpointsDoNotCountAsRolling) {
  for (const int step : {40, 50}) save(step);
  for (const int step : {10, 20, 30}) save(step);
  EXPECT_EQ(checkpoint_steps(paths_), (std::vector<std::int64_t>{50, 40, 30, 20}));
}

TEST_F(KeptCheckpoints, OnlyOldRollingCheckpointsAreRemoved) {
  save(10, Keep::kPermanent);
  for (const int step : {11, 12, 13}) save(step);
  save(20, Keep::kPermanent);
  save(21);
  EXPECT_EQ(checkpoint_steps(paths_), (std::vector<std::int64_t>{21, 20, 13, 10}));
}

TEST_F(KeptCheckpoints, TheBestIsKeptUntilABetterOneIsSaved) {
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
  save(20, Keep::kPermanent);
  for (const int step : {21, 22, 23}) save(step);
  EXPECT_EQ(checkpoint_steps(paths_), (std::vector<std::int64_t>{23, 22, 20, 14}));
}

TEST_F(KeptCheckpoints, TheBestIsAnExistingCheckpoint) {
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

TEST_F(KeptCheckpoints, AFailedSaveLeavesTheOldCheckpoints) {
  save(10);
  save(11);
  // A folder occupies the name of the new model file, so writing fails half-way.
  std::filesystem::create_directories(paths_.checkpoints() / "step-000012.partial");
  std::filesystem::remove(paths_.latest());
  std::filesystem::create_directories(paths_.latest() / "in the way");
  EXPECT_THROW(save(12), Error);
  EXPECT_TRUE(std::filesystem::exists(paths_.step(10)));
  EXPECT_EQ(checkpoint_damage(paths_.step(11)), "");
}

TEST_F(KeptCheckpoints, KeepsTheVerifiedRollingCheckpoint) {
  save(1);
  name_verified(paths_, 1);
  for (std::int64_t step = 2; step <= 5; ++step) save(step);
  EXPECT_EQ(checkpoint_steps(paths_), (std::vector<std::int64_t>{5, 4, 1}));
  name_verified(paths_, 5);
  EXPECT_EQ(verified_step(paths_), 5);
  save(6);
  EXPECT_EQ(checkpoint_steps(paths_), (std::vector<std::int64_t>{6, 5}));
  name_verified(paths_, 0);
  EXPECT_EQ(verified_step(paths_), std::nullopt);
}

TEST_F(KeptCheckpoints, SetAsideRenamesLaterCheckpoints) {
  for (const std::int64_t step : {10, 20, 30}) {
    save_checkpoint(paths_, config_, layout_, make(step), Keep::kPermanent, step == 30);
  }
  for (int again = 0; again < 2; ++again) {  // the second time, a folder of that name exists
    set_aside_after(paths_, 10);
    EXPECT_EQ(checkpoint_steps(paths_), std::vector<std::int64_t>{10});
    EXPECT_EQ(read_text(paths_.latest()), "step-000010\n");
    EXPECT_EQ(best_step(paths_), std::nullopt);
    EXPECT_TRUE(is_there(paths_.step(20).string() + RunPaths::kSuspect));
    EXPECT_EQ(find_checkpoint(paths_), 10);
    save_checkpoint(paths_, config_, layout_, make(20), Keep::kPermanent);
  }
  set_aside_after(paths_, 0);
  EXPECT_FALSE(is_there(paths_.latest()));
  EXPECT_EQ(find_checkpoint(paths_), std::nullopt);
}

}  // namespace
}  // namespace amt
