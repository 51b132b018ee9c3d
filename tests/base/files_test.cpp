#include "amt/base/files.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "amt/base/error.hpp"
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

TEST(Files, ReusedBufferHoldsExactlyTheFile) {
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

TEST(Files, OutputLargerThanTheBuffer) {
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
  for (const char* path : {"/nowhere/file", "/tmp"}) {
    try {
      read_file(path);
      FAIL() << path;
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(path), std::string::npos) << error.what();
    }
  }
  EXPECT_THROW(OutputFile("/nowhere/file"), Error);
}

TEST(Files, FullDiskIsAnError) {
  OutputFile out("/dev/full");
  out.write("x");
  EXPECT_THROW(out.close(), Error);
}

TEST(Files, MissingSpaceIsSaidInBytes) {
  const test::TemporaryFolder folder;
  EXPECT_NO_THROW(require_space(folder.path(), 1));
  try {
    require_space(folder.path(), std::uint64_t{1} << 62);
    FAIL();
  } catch (const Error& error) {
    const std::string what = error.what();
    EXPECT_NE(what.find(folder.path().string()), std::string::npos) << what;
    EXPECT_NE(what.find("missing"), std::string::npos) << what;
  }
}

}  // namespace
}  // namespace amt
