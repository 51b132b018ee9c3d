#include "amt/hdf5/hdf5.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <numeric>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "hdf5/damaged_hdf5.hpp"
#include "support/temporary_folder.hpp"

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

TEST_F(Hdf5, RoundTrip) {
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

TEST_F(Hdf5, RowsLieInTheFileAtAnAlignedOffset) {
  write_shard(path("a.h5"), 9);
  const std::uint64_t offset = File::open(path("a.h5")).open_dataset("tokens").file_offset();
  EXPECT_EQ(offset % 4096, 0u);
  const auto bytes = read_file(path("a.h5"));
  EXPECT_EQ(static_cast<int>(bytes[offset]), 9);
}

TEST_F(Hdf5, VirtualDatasetShowsAllSources) {
  write_shard(path("a.h5"), 0);
  write_shard(path("b.h5"), 1);
  File all = File::create(path("all.h5"));
  const VirtualSource sources[] = {
      {"a.h5", "tokens", kRows}, {"none.h5", "tokens", 0}, {"b.h5", "tokens", kRows}};
  all.create_virtual_dataset("tokens", Type::u16, kWidth, sources);
  all.close();
  const Dataset tokens = File::open(path("all.h5")).open_dataset("tokens");
  ASSERT_EQ(tokens.shape(), (Shape{2 * kRows, kWidth}));
  std::vector<std::uint16_t> values(2 * kWidth);
  tokens.read_rows(kRows - 1, 2, std::as_writable_bytes(std::span(values)));
  EXPECT_EQ(values[0], static_cast<std::uint16_t>((kRows - 1) * kWidth));
  EXPECT_EQ(values[kWidth], 1);
}

TEST_F(Hdf5, ErrorsNameTheFile) {
  try {
    File::open(path("missing.h5"));
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("missing.h5"), std::string::npos) << error.what();
  }
  std::ofstream(path("text.h5")) << "not an HDF5 file";
  EXPECT_THROW(File::open(path("text.h5")), Error);
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

TEST_F(Hdf5, AnArrayIsNotTakenForOneText) {
  write_shard(path("a.h5"), 0);
  test::add_texts(path("a.h5"), "one", 1);
  test::add_texts(path("a.h5"), "many", 1000);
  const File file = File::open(path("a.h5"));
  EXPECT_EQ(file.text_attribute("one"), "xxxxxxxx");
  EXPECT_THROW(file.text_attribute("many"), Error);
}

}  // namespace
}  // namespace amt::hdf5
