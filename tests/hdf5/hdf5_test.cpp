#include "amt/hdf5/hdf5.hpp"

#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <numeric>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "damaged_hdf5.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"

namespace {
int lock_error = 0;  // errno with which flock() fails; 0: it succeeds
}  // namespace

/// Replaces the C library's function, also within HDF5, to imitate a file system without locks.
extern "C" int flock(int file, int operation) noexcept {
  if (lock_error == 0) return static_cast<int>(::syscall(SYS_flock, file, operation));
  errno = lock_error;
  return -1;
}

namespace amt::hdf5 {
namespace {

constexpr std::uint64_t kRows = 100, kWidth = 1024;

std::vector<std::uint16_t> numbers(std::uint64_t rows, std::uint16_t first) {
  std::vector<std::uint16_t> values(rows * kWidth);
  std::iota(values.begin(), values.end(), first);
  return values;
}

void write_shard(const std::filesystem::path& path, std::uint16_t first) {
  File file = File::create(path);
  file.set_attribute("kind", "shard");
  file.set_attribute("count", std::uint64_t{7});
  Dataset tokens = file.create_dataset("tokens", Type::u16, {kRows, kWidth});
  const auto values = numbers(kRows, first);
  tokens.write_rows(0, kRows, std::as_bytes(std::span(values)));
  file.close();
}

class Hdf5 : public testing::Test {
 protected:
  std::filesystem::path path(const char* name) const { return folder_.path() / name; }

 private:
  test::TemporaryFolder folder_;
};

TEST_F(Hdf5, RoundTrips) {
  write_shard(path("a.h5"), 5);
  const File file = File::open(path("a.h5"));
  EXPECT_EQ(file.text_attribute("kind"), "shard");
  EXPECT_EQ(file.integer_attribute("count"), 7u);
  const Dataset tokens = file.open_dataset("tokens");
  EXPECT_EQ(tokens.shape(), (Shape{kRows, kWidth}));
  std::vector<std::uint16_t> values(2 * kWidth);
  tokens.read_rows(3, 2, std::as_writable_bytes(std::span(values)));
  EXPECT_EQ(values[0], static_cast<std::uint16_t>(5 + 3 * kWidth));
}

TEST_F(Hdf5, EqualContentsGiveEqualBytes) {
  write_shard(path("a.h5"), 1);
  write_shard(path("b.h5"), 1);
  EXPECT_EQ(read_file(path("a.h5")), read_file(path("b.h5")));
}

TEST_F(Hdf5, RowsAreAlignedInTheFile) {
  write_shard(path("a.h5"), 9);
  const std::uint64_t offset = File::open(path("a.h5")).open_dataset("tokens").file_offset();
  EXPECT_EQ(offset % 4096, 0u);
  const auto bytes = read_file(path("a.h5"));
  EXPECT_EQ(static_cast<int>(bytes[offset]), 9);
}

TEST_F(Hdf5, AVirtualDatasetCombinesAllSources) {
  write_shard(path("a.h5"), 0);
  write_shard(path("b.h5"), 1);
  File all = File::create(path("all.h5"));
  const VirtualSource sources[] = {
      {"a.h5", "tokens", kRows}, {"none.h5", "tokens", 0}, {"b.h5", "tokens", kRows}};
  all.create_virtual_dataset("tokens", Type::u16, kWidth, sources);
  all.close();
  const Dataset tokens = File::open(path("all.h5")).open_dataset("tokens");
  ASSERT_EQ(tokens.shape(), (Shape{2 * kRows, kWidth}));
  const std::vector<VirtualSource> shown = tokens.virtual_sources();
  ASSERT_EQ(shown.size(), 2u);
  EXPECT_EQ(shown[1].file, "b.h5");
  EXPECT_EQ(shown[1].dataset, "tokens");
  EXPECT_EQ(shown[1].rows, kRows);
  std::vector<std::uint16_t> values(2 * kWidth);
  tokens.read_rows(kRows - 1, 2, std::as_writable_bytes(std::span(values)));
  EXPECT_EQ(values[0], static_cast<std::uint16_t>((kRows - 1) * kWidth));
  EXPECT_EQ(values[kWidth], 1);
}

TEST_F(Hdf5, RowsOfAMissingSourceReadAsInvalidTokens) {
  File all = File::create(path("all.h5"));
  const VirtualSource sources[] = {{"gone.h5", "tokens", kRows}};
  all.create_virtual_dataset("tokens", Type::u16, kWidth, sources);
  all.close();
  std::vector<std::uint16_t> row(kWidth);
  File::open(path("all.h5"))
      .open_dataset("tokens")
      .read_rows(3, 1, std::as_writable_bytes(std::span(row)));
  EXPECT_EQ(row, std::vector<std::uint16_t>(kWidth, 65535));
}

TEST_F(Hdf5, AFileThatStoresRowsIsNotVirtual) {
  write_shard(path("a.h5"), 0);
  EXPECT_THROW(File::open(path("a.h5")).open_dataset("tokens").virtual_sources(), Error);
}

TEST_F(Hdf5, ErrorsExplainWhyAFileCannotBeOpened) {
  const auto expect_refusal = [&](const char* name, const char* what) {
    EXPECT_TRUE(test::refuses<Error>([&] { File::open(path(name)); }, {path(name).string(), what}));
  };
  EXPECT_TRUE(test::fails_with(ENOENT, [&] { File::open(path("missing.h5")); },
                               {path("missing.h5").string()}));
  std::ofstream(path("text.h5")) << "not an HDF5 file";
  expect_refusal("text.h5", "(HDF5: ");
  std::filesystem::create_directory(path("folder.h5"));
  expect_refusal("folder.h5", "a folder");
  ASSERT_EQ(::mkfifo(path("pipe.h5").c_str(), 0600), 0);
  expect_refusal("pipe.h5", "a pipe");
  write_shard(path("cut.h5"), 0);
  std::filesystem::resize_file(path("cut.h5"), 4000);
  expect_refusal("cut.h5", "cut short");
}

TEST_F(Hdf5, TooManyOpenFilesAreNotReportedAsDamage) {
  write_shard(path("a.h5"), 0);
  rlimit before = {};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none = {0, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const auto opened = test::fails_with(EMFILE, [&] { File::open(path("a.h5")); }, {"a.h5"});
  const auto created = test::fails_with(EMFILE, [&] { File::create(path("b.h5")); }, {"b.h5"});
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_TRUE(opened);
  EXPECT_TRUE(created);
}

TEST_F(Hdf5, WorksOnFileSystemsWithoutLocks) {
  for (const int error : {ENOLCK, EOPNOTSUPP, ENOSYS, 524, EROFS}) {
    lock_error = error;
    EXPECT_NO_THROW(write_shard(path("a.h5"), 5)) << error;
    EXPECT_NO_THROW(File::open(path("a.h5")).open_dataset("tokens")) << error;
  }
  lock_error = 0;
}

// Imitates a quota or disk that fills up during writing. This must give one error and a normal
// exit, although HDF5's own exit handlers also fail.
void write_beyond_the_limit(const std::filesystem::path& path, std::uint64_t most) {
  std::signal(SIGXFSZ, SIG_IGN);
  const rlimit limit = {most, most};
  ::setrlimit(RLIMIT_FSIZE, &limit);
  try {
    write_shard(path, 1);
  } catch (const SystemError& error) {
    std::fputs(error.what(), stderr);
    std::exit(3);
  }
  std::exit(4);
}

TEST_F(Hdf5, AFailedWriteGivesOneError) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  for (const std::uint64_t most : {2048, 5000, 65536, 204800}) {
    EXPECT_EXIT(write_beyond_the_limit(path("a.h5"), most), testing::ExitedWithCode(3),
                "a\\.h5.*`ulimit -f`")
        << most;
  }
}

TEST_F(Hdf5, WrongRangesAndTypesAreRefused) {
  write_shard(path("a.h5"), 0);
  const File file = File::open(path("a.h5"));
  const Dataset tokens = file.open_dataset("tokens");
  std::vector<std::byte> row(2 * kWidth);
  EXPECT_THROW(tokens.read_rows(kRows, 1, row), Error);
  EXPECT_THROW(tokens.read_rows(0, 2, row), Error);
  EXPECT_THROW(file.open_dataset("nothing"), Error);
  EXPECT_THROW(file.text_attribute("count"), Error);
}

TEST_F(Hdf5, AnArrayOfStringsIsNotReadAsOneString) {
  write_shard(path("a.h5"), 0);
  test::add_texts(path("a.h5"), "one", 1);
  test::add_texts(path("a.h5"), "many", 1000);
  const File file = File::open(path("a.h5"));
  EXPECT_EQ(file.text_attribute("one"), "xxxxxxxx");
  EXPECT_THROW(file.text_attribute("many"), Error);
}

}  // namespace
}  // namespace amt::hdf5
