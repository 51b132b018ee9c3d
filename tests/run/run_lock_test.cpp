#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/process/machine.hpp"
#include "amt/run/lock.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"

namespace amt {
namespace {

constexpr const char* kTakeOver = "--trainer.take_over true";

class RunLockTest : public testing::Test {
 protected:
  RunLockTest() {
    ::unsetenv("SLURM_JOB_ID");
    ::unsetenv("SLURM_RESTART_COUNT");
  }
  ~RunLockTest() override {
    ::unsetenv("SLURM_JOB_ID");
    ::unsetenv("SLURM_RESTART_COUNT");
  }
  std::unique_ptr<RunLock> lock(bool take_over = false) const {
    return std::make_unique<RunLock>(paths_, take_over);
  }
  std::string refusal(bool take_over = false) const {
    return test::refusal<Error>([&] { lock(take_over); });
  }
  nlohmann::json record() const { return nlohmann::json::parse(read_text(paths_.in_use())); }
  /// Writes a record with these changes, as if left by a process that was killed.
  void leave(const nlohmann::json& changes) const {
    std::filesystem::remove(paths_.in_use());
    nlohmann::json left;
    {
      const auto held = lock();
      left = record();
    }
    left.update(changes);
    std::filesystem::create_directories(paths_.run());
    write_file_atomically(paths_.in_use(), left.dump());
  }
  static nlohmann::json elsewhere() {
    return {{"host", "node17"}, {"boot", "another"}, {"pid", 4711}, {"since", "yesterday"}};
  }

  test::TemporaryFolder folder_;
  RunPaths paths_{folder_.path() / "run"};
};

TEST_F(RunLockTest, ASecondProcessIsRefusedNamingHostPidAndTime) {
  const auto first = lock();
  const std::string what = refusal();
  EXPECT_TRUE(test::says(
      what, {paths_.run().string(), " host " + host_name(), "pid " + std::to_string(::getpid()),
             "since " + record().at("since").get<std::string>()}));
  EXPECT_EQ(what.find(kTakeOver), std::string::npos) << what;
  EXPECT_EQ(refusal(true), what) << "take_over must not override a running process";
  first->check();
}

TEST_F(RunLockTest, LeavesNothingBehind) {
  { const auto held = lock(); }
  EXPECT_FALSE(std::filesystem::exists(paths_.run()));
  std::filesystem::create_directories(paths_.run());
  { const auto held = lock(); }
  EXPECT_TRUE(std::filesystem::is_empty(paths_.run()));
}

TEST_F(RunLockTest, ReplacesAKilledProcess) {
  const pid_t child = ::fork();
  if (child == 0) {
    const auto held = lock();
    ::_exit(std::filesystem::exists(paths_.in_use()) ? 0
                                                     : 1);  // exits without running the destructor
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_EQ(status, 0);
  EXPECT_EQ(record().at("pid"), child);
  const auto held = lock();
  EXPECT_EQ(record().at("pid"), ::getpid());
}

// On a file system without locks, the process id and start time are the only evidence.
TEST_F(RunLockTest, WithoutLocksTheProcessIdIsChecked) {
  leave({{"locked", false}});
  for (const bool take_over : {false, true}) {
    EXPECT_TRUE(test::says(refusal(take_over), {"pid " + std::to_string(::getpid())}));
    EXPECT_EQ(refusal(take_over).find(kTakeOver), std::string::npos) << refusal(take_over);
  }
  leave({{"locked", false}, {"process_start", 1}});  // the process id was reused
  EXPECT_EQ(refusal(), "");
  leave({{"locked", false}, {"pid", 999999999}});
  EXPECT_EQ(refusal(), "");
}

TEST_F(RunLockTest, ProcessIdsFromAnotherContainerAreIgnored) {
  leave({{"locked", false}, {"pid", 999999999}, {"pid_namespace", "pid:[1]"}});
  EXPECT_TRUE(test::says(refusal(), {"pid 999999999", kTakeOver}));
  leave({{"locked", true}, {"pid_namespace", "pid:[1]"}});
  EXPECT_EQ(refusal(), "") << "the lock is free and on the same kernel";
}

TEST_F(RunLockTest, AnotherHostsRecordNeedsConfirmation) {
  leave(elsewhere());
  EXPECT_TRUE(test::says(refusal(), {"host node17", "pid 4711", "since yesterday", kTakeOver}));
  EXPECT_EQ(record().at("host"), "node17");
  EXPECT_EQ(refusal(true), "");
}

TEST_F(RunLockTest, ARecordFromBeforeARebootIsIgnored) {
  leave({{"boot", "another"}});
  EXPECT_EQ(refusal(), "");
}

TEST_F(RunLockTest, ALaterStartOfTheSameJobNeedsNoConfirmation) {
  ::setenv("SLURM_JOB_ID", "1234", 1);
  leave(elsewhere());
  EXPECT_NE(refusal(), "") << "two job steps of the same start must not run together";
  ::setenv("SLURM_RESTART_COUNT", "1", 1);
  EXPECT_EQ(refusal(), "");
  leave(elsewhere());
  ::setenv("SLURM_JOB_ID", "1235", 1);
  EXPECT_NE(refusal(), "");
}

// At a dangling link, creating a file fails because the link exists, and opening fails because its
// target does not; amt must not retry forever.
TEST_F(RunLockTest, ALinkIsNotARecord) {
  std::filesystem::create_directories(paths_.run());
  for (const char* target : {"nothing", "in-use", "/dev/zero"}) {
    std::filesystem::remove(paths_.in_use());
    std::filesystem::create_symlink(target, paths_.in_use());
    EXPECT_TRUE(test::refuses<SystemError>([&] { lock(true); }, {paths_.in_use().string()}))
        << target;
  }
}

TEST_F(RunLockTest, AnUnreadableRecordNeedsConfirmation) {
  leave(nlohmann::json::object());
  write_file_atomically(paths_.in_use(), "");
  EXPECT_TRUE(test::says(refusal(), {paths_.run().string(), "record", kTakeOver}));
  EXPECT_EQ(refusal(true), "");
}

TEST_F(RunLockTest, ThePreviousOwnerNoticesATakeOver) {
  const auto first = lock();
  nlohmann::json theirs = record();
  theirs.update(elsewhere());
  std::filesystem::remove(paths_.in_use());
  first->check();  // the record was deleted, so it is written again
  EXPECT_EQ(record().at("pid"), ::getpid());
  write_file_atomically(paths_.in_use(), theirs.dump());
  EXPECT_TRUE(test::refuses<Error>([&] { first->check(); },
                                   {paths_.run().string(), "host node17", "pid 4711"}));
}

}  // namespace
}  // namespace amt
