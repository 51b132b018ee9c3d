// Output files appear completely or not at all. Links are followed; pipes and open descriptors are
// written directly.
#include "amt/base/atomic_file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/base/temporary_files.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"

namespace amt {
namespace {

namespace fs = std::filesystem;

class AtomicFileTest : public testing::Test {
 protected:
  fs::path path(const char* name) const { return folder_.path() / name; }
  static void put(const fs::path& file, const std::string& text) { std::ofstream(file) << text; }
  long files() const { return std::distance(fs::directory_iterator(folder_.path()), {}); }

  test::TemporaryFolder folder_;
};

TEST_F(AtomicFileTest, AppearsOnCommit) {
  put(path("a"), "old");
  AtomicFile out(path("a"));
  out.write(std::string_view("new"));
  EXPECT_EQ(read_text(path("a")), "old");
  EXPECT_EQ(files(), 2);
  out.commit();
  EXPECT_EQ(read_text(path("a")), "new");
  EXPECT_EQ(files(), 1);
}

TEST_F(AtomicFileTest, ChangesNothingUnlessCommitted) {
  put(path("a"), "old");
  { AtomicFile(path("a")).write(std::string_view("new")); }
  { AtomicFile(path("b")).write(std::string_view("new")); }
  EXPECT_EQ(read_text(path("a")), "old");
  EXPECT_EQ(files(), 1);
}

TEST_F(AtomicFileTest, LeavesOtherFilesAlone) {
  put(path("a.tmp"), "mine");
  write_file_atomically(path("a"), "text");
  EXPECT_EQ(read_text(path("a.tmp")), "mine");
}

TEST_F(AtomicFileTest, FollowsLinksAndKeepsThem) {
  fs::create_directory(path("folder"));
  put(path("folder/target"), "old");
  fs::create_symlink("folder/target", path("relative"));
  fs::create_symlink(path("relative"), path("link"));
  write_file_atomically(path("link"), "new");
  EXPECT_TRUE(fs::is_symlink(path("link")));
  EXPECT_TRUE(fs::is_symlink(path("relative")));
  EXPECT_EQ(read_text(path("folder/target")), "new");
  fs::create_symlink("folder/none", path("dangling"));
  write_file_atomically(path("dangling"), "made");
  EXPECT_EQ(read_text(path("folder/none")), "made");
  fs::create_symlink("loop", path("loop"));
  EXPECT_TRUE(test::refuses<Error>([&] { write_file_atomically(path("loop"), ""); },
                                   {path("loop").string(), "form a loop"}));
}

TEST_F(AtomicFileTest, WritesDirectlyToAPipe) {
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  std::string got;
  std::thread reader([&] {
    std::ifstream in(path("pipe"));
    got.assign(std::istreambuf_iterator<char>(in), {});
  });
  write_file_atomically(path("pipe"), "through");
  reader.join();
  EXPECT_EQ(got, "through");
  EXPECT_TRUE(fs::is_fifo(path("pipe")));
  EXPECT_NO_THROW(write_file_atomically("/dev/null", "x"));
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
  EXPECT_TRUE(
      test::fails_with(ENOSPC, [] { write_file_atomically("/dev/full", "x"); }, {"/dev/full"}));
}

TEST_F(AtomicFileTest, AppendsToAnOpenDescriptor) {
  const Descriptor log(path("log"), O_WRONLY | O_CREAT);
  ASSERT_EQ(::write(log.get(), "before ", 7), 7);
  fs::create_symlink("/dev/fd/" + std::to_string(log.get()), path("link"));
  write_file_atomically(path("link"), "after");
  EXPECT_EQ(read_text(path("log")), "before after");
  EXPECT_EQ(::fcntl(log.get(), F_GETFD), FD_CLOEXEC) << "the caller's descriptor must stay open";
}

TEST_F(AtomicFileTest, KeepsPermissions) {
  put(path("a"), "old");
  fs::permissions(path("a"), fs::perms(0640));
  write_file_atomically(path("a"), "new");
  EXPECT_EQ(fs::status(path("a")).permissions(), fs::perms(0640));
}

TEST_F(AtomicFileTest, RefusesFoldersAndMissingParents) {
  const auto reason = [](const fs::path& file) {
    return test::refusal<Error>([&] { AtomicFile out(file); });
  };
  EXPECT_TRUE(test::says(reason(folder_.path()), {folder_.path().string() + ":", "folder"}));
  EXPECT_TRUE(test::says(reason(path("none/x")), {path("none/x").string() + ":"}));
  EXPECT_TRUE(reason(path("none/x")).ends_with(path("none").string())) << reason(path("none/x"));
  EXPECT_TRUE(test::says(reason(""), {"without a name"}));
}

TEST_F(AtomicFileTest, AcceptsTheLongestName) {
  const fs::path file = folder_.path() / std::string(255, 'x');
  write_file_atomically(file, "text");
  EXPECT_EQ(read_text(file), "text");
}

TEST_F(AtomicFileTest, RemovesOnlyTheFilesOfKilledProcesses) {
  const std::string stale = temporary_name("a"), locked = temporary_name("b");
  for (const std::string& name : {stale, locked, std::string("a.tmp"), stale + "x"}) {
    put(path(name.c_str()), "x");
  }
  fs::create_directory(path(temporary_name("folder").c_str()));
  const Descriptor writer(path(locked.c_str()), O_WRONLY);
  ASSERT_EQ(::flock(writer.get(), LOCK_EX), 0);
  AtomicFile being_written(path("c"));
  ASSERT_EQ(files(), 6);
  remove_stale_temporaries(folder_.path());
  EXPECT_EQ(files(), 5);
  EXPECT_FALSE(fs::exists(path(stale.c_str())));
  EXPECT_NO_THROW(being_written.commit());
  EXPECT_NO_THROW(remove_stale_temporaries(path("none")));
}

TEST(TemporaryName, IsRecognized) {
  EXPECT_TRUE(is_temporary_name(temporary_name("a")));
  EXPECT_TRUE(is_temporary_name(temporary_name(std::string(255, 'x'))));
  EXPECT_NE(temporary_name("a"), temporary_name("a"));
  for (const char* name : {"", "a", "a.tmp", "a.amt-.tmp", "a.amt-0123456789abcdeg.tmp",
                           ".amt-0123456789abcdef.tmp", "a.amt-0123456789abcdef.tmp~"}) {
    EXPECT_FALSE(is_temporary_name(name)) << name;
  }
}

}  // namespace
}  // namespace amt
