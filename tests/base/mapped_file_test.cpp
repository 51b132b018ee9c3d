#include "amt/base/mapped_file.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <vector>

#include "amt/base/error.hpp"
#include "support/temporary_folder.hpp"

namespace amt {
namespace {

class MappedFileTest : public testing::Test {
 protected:
  MappedFileTest() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }

  std::filesystem::path file(const char* name, std::size_t bytes) const {
    const auto path = folder_.path() / name;
    std::ofstream(path) << std::string(bytes, 'x');
    return path;
  }

  test::TemporaryFolder folder_;
};

char read_at(const MappedFile& map, std::size_t at) {
  return static_cast<char>(*const_cast<const volatile std::byte*>(&map.bytes()[at]));
}

TEST_F(MappedFileTest, MapsBytesAtAnyOffset) {
  const auto path = file("a", 10'000);
  std::fstream(path).seekp(5001).put('y');
  const MappedFile map(path, 5000, 5000);
  ASSERT_EQ(map.bytes().size(), 5000u);
  EXPECT_EQ(read_at(map, 0), 'x');
  EXPECT_EQ(read_at(map, 1), 'y');
  EXPECT_THROW(MappedFile(folder_.path() / "missing", 0, 1), SystemError);
}

TEST_F(MappedFileTest, ATruncatedFileIsReported) {
  const auto read_cut_file = [&] {
    const auto gone = file("gone", 50'000), a = file("a", 50'000), b = file("b", 50'000);
    { const MappedFile unmapped(gone, 0, 50'000); }
    std::vector<MappedFile> maps;
    maps.emplace_back(a, 0, 50'000);
    maps.emplace_back(b, 0, 50'000);
    std::filesystem::resize_file(b, 100);
    read_at(maps[0], 49'999);
    read_at(maps[1], 49'999);
    std::exit(0);
  };
  EXPECT_EXIT(read_cut_file(), testing::ExitedWithCode(1),
              "^amt: error: [^\n]*/b became shorter while it was read[^\n]*\n$");
}

TEST_F(MappedFileTest, OtherFaultsGoToThePreviousHandler) {
  const auto fault_elsewhere = [&] {
    std::signal(SIGBUS, [](int) { ::_exit(7); });
    const MappedFile ours(file("a", 50'000), 0, 50'000);
    const auto path = file("b", 50'000);
    std::FILE* other = std::fopen(path.c_str(), "r");
    const auto* bytes = static_cast<const volatile char*>(
        ::mmap(nullptr, 50'000, PROT_READ, MAP_SHARED, ::fileno(other), 0));
    std::filesystem::resize_file(path, 100);
    std::exit(bytes[49'999]);
  };
  EXPECT_EXIT(fault_elsewhere(), testing::ExitedWithCode(7), "");
}

}  // namespace
}  // namespace amt
