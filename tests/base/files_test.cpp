#include "amt/base/files.hpp"

#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <fstream>
#include <thread>

#include "amt/base/error.hpp"
#include "amt/base/hash.hpp"
#include "amt/base/output_file.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"

namespace amt {
namespace {

TEST(Files, WritesAtomicallyAndLeavesNoTemporary) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "a.txt";
  write_file_atomically(path, "first");
  write_file_atomically(path, "second");
  EXPECT_EQ(read_text(path), "second");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(Files, AReusedBufferContainsOnlyTheFile) {
  const test::TemporaryFolder folder;
  const auto large = folder.path() / "large", small = folder.path() / "small";
  std::ofstream(large) << std::string(100000, 'x');
  std::ofstream(small) << "abc";
  std::vector<std::byte> buffer;
  EXPECT_EQ(read_file(large, buffer).size(), 100000u);
  EXPECT_EQ(read_file(small, buffer).size(), 3u);
  std::ofstream(small, std::ios::trunc).flush();
  EXPECT_EQ(read_file(small, buffer).size(), 0u);
}

TEST(Files, WritesMoreThanTheBufferHolds) {
  const test::TemporaryFolder folder;
  OutputFile out(folder.path() / "out");
  std::string expected;
  for (int i = 0; i < 300; ++i) {
    const std::string piece(static_cast<std::size_t>(i) * 37, static_cast<char>('a' + i % 26));
    out.write(piece);
    expected += piece;
  }
  const std::string big(3 << 20, 'z');
  out.write(big);
  out.close(/*sync=*/true);
  EXPECT_EQ(read_text(folder.path() / "out"), expected + big);
}

TEST(Files, ErrorsNameThePath) {
  const test::TemporaryFolder folder;
  for (const auto& path : {folder.path() / "nowhere" / "file", folder.path()}) {
    EXPECT_NE(test::refusal<Error>([&] { read_file(path); }).find(path.string()),
              std::string::npos);
  }
  EXPECT_THROW(OutputFile(folder.path() / "nowhere" / "file"), Error);
}

TEST(Files, RefusesNonRegularFilesWithoutBlocking) {
  const test::TemporaryFolder folder;
  const std::string pipe = folder.path() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const auto expect_refusal = [](const std::string& path, const char* what) {
    EXPECT_TRUE(test::refuses<Error>([&] { read_file(path); }, {path + ":", what}));
  };
  expect_refusal(pipe, " a pipe");
  expect_refusal("/dev/zero", "device");
  expect_refusal(folder.path(), "folder");
}

TEST(Files, TheLimitAppliesEvenIfTheReportedSizeIsWrong) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "f";
  write_file_atomically(path, "12345");
  EXPECT_EQ(read_text(path, 5), "12345");
  EXPECT_TRUE(test::refuses<Error>([&] { read_text(path, 4); }, {path.string(), "5 bytes"}));
  // fstat reports a size of 0 for files in /proc.
  EXPECT_EQ(read_text("/proc/self/maps").back(), '\n');
  EXPECT_TRUE(test::refuses<Error>([&] { read_text("/proc/self/maps", 100); },
                                   {"/proc/self/maps", "100 bytes"}));
}

TEST(Files, WritingContinuesAfterASignal) {
  struct sigaction action = {}, before = {};
  action.sa_handler = [](int) {};  // without SA_RESTART
  sigaction(SIGUSR2, &action, &before);
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  const pthread_t writer = pthread_self();
  std::size_t read = 0;
  std::thread reader([&] {
    std::vector<char> bytes(1 << 16);
    for (ssize_t n = 1; n > 0; read += static_cast<std::size_t>(n)) {
      pthread_kill(writer, SIGUSR2);  // the writer is nearly always blocked on the full pipe
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      n = std::max<ssize_t>(0, ::read(pipe[0], bytes.data(), bytes.size()));
    }
  });
  const std::vector<std::byte> content(4 << 20);
  EXPECT_NO_THROW(write_all(pipe[1], content, "the pipe"));
  ::close(pipe[1]);
  reader.join();
  ::close(pipe[0]);
  sigaction(SIGUSR2, &before, nullptr);
  EXPECT_EQ(read, content.size());
}

TEST(Files, AFullDiskIsAnError) {
  OutputFile out("/dev/full");
  out.write("x");
  EXPECT_THROW(out.close(), Error);
}

TEST(Files, MissingSpaceIsReportedInBytes) {
  const test::TemporaryFolder folder;
  const std::uint64_t free = std::filesystem::space(folder.path()).available;
  EXPECT_THROW(require_space(folder.path(), free / 2 * 3), Error);
  EXPECT_NO_THROW(require_space(folder.path(), 1));
  try {
    require_space(folder.path(), std::uint64_t{1} << 62);
    FAIL();
  } catch (const Error& error) {
    EXPECT_TRUE(test::says(error.what(), {folder.path().string(), "missing"}));
  }
}

// Tests sizes around those of blocks and buffers, at the start of a file and within it.
TEST(OutputFile, BypassingTheCacheGivesTheSameBytes) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "out";
  for (const std::size_t size :
       {0u, 1u, 4095u, 4096u, 70'001u, 1u << 20, (1u << 20) + 4096u, 3'000'001u}) {
    for (const std::size_t offset :
         {0u, 8192u, 100u}) {  // the last one is not a multiple of a block
      std::vector<std::byte> expected(size + 20'000, std::byte{7}), bytes(size);
      for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i * i / 251);
      std::ranges::copy(bytes, expected.begin() + static_cast<std::ptrdiff_t>(offset));
      write_file_atomically(path, std::string(size + 20'000, '\7'));
      OutputFile out(path, offset);
      out.bypass_cache();
      Xxh3 hash;
      out.write(std::span(bytes).first(size / 3));
      hash.update(std::span(bytes).first(size / 3));
      out.write(std::span(bytes).subspan(size / 3), hash);
      out.close(true);
      EXPECT_TRUE(read_file(path) == expected) << size << " at " << offset;
      EXPECT_EQ(hash.digest(), xxh3_64(bytes));
    }
  }
}

TEST(OutputFile, OnlyARegularFileCanBypassTheCache) {
  OutputFile out("/dev/null");
  out.bypass_cache();
  out.write(std::string(5'000, 'x'));
  EXPECT_NO_THROW(out.close());
}

}  // namespace
}  // namespace amt
