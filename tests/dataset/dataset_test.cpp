#include "amt/dataset/dataset.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/dataset/paths.hpp"
#include "amt/dataset/shard.hpp"
#include "support/temporary_folder.hpp"

namespace amt {
namespace {

Row numbered_row(std::uint64_t number) {
  Row row{};
  for (std::size_t i = 0; i < row.size(); ++i) row[i] = static_cast<Token>(number * 7 + i);
  return row;
}

/// Writes a training split with a shard for each of these numbers of rows. Row n of the split is
/// numbered_row(n).
Manifest write_dataset(const std::filesystem::path& folder,
                       const std::vector<std::uint64_t>& rows) {
  Manifest manifest;
  SplitInfo& train = manifest.split(Split::kTrain);
  for (std::size_t s = 0; s < rows.size(); ++s) {
    ShardWriter writer(folder, manifest, Split::kTrain, s, rows.size(), rows[s]);
    for (std::uint64_t i = 0; i < rows[s]; ++i) {
      const Row row = numbered_row(train.rows++);
      writer.write(std::span(&row, 1));
    }
    train.shards.push_back(writer.finish());
  }
  write_file_atomically(folder / kManifestFile, to_json(manifest));
  return manifest;
}

TEST(Dataset, ReadsEveryRowAcrossShardsOfUnequalSizes) {
  const test::TemporaryFolder folder;
  write_dataset(folder.path(), {3, 0, 4097, 1});
  const SplitReader reader(folder.path(), read_manifest(folder.path()), Split::kTrain);
  ASSERT_EQ(reader.rows(), 4101u);
  for (std::uint64_t n = 0; n < reader.rows(); ++n) {
    const Row expected = numbered_row(n);
    ASSERT_TRUE(std::ranges::equal(reader.row(n), expected)) << n;
  }
  EXPECT_THROW(reader.row(4101), Error);
}

TEST(Dataset, ReadWrapsAround) {
  const test::TemporaryFolder folder;
  const SplitReader reader(folder.path(), write_dataset(folder.path(), {5}), Split::kTrain);
  std::vector<Token> out(4 * kContextLength);
  reader.read(13, 4, out);
  for (const std::uint64_t i : {0, 1, 2, 3}) {
    EXPECT_EQ(out[i * kContextLength], numbered_row((13 + i) % 5)[0]);
  }
}

TEST(Dataset, AnEmptySplitHasNoRows) {
  const test::TemporaryFolder folder;
  const Manifest manifest = write_dataset(folder.path(), {2});
  EXPECT_EQ(SplitReader(folder.path(), manifest, Split::kTest).rows(), 0u);
}

TEST(Dataset, MissingTruncatedOrForeignShardsAreRejected) {
  const test::TemporaryFolder folder;
  const Manifest manifest = write_dataset(folder.path(), {40, 40});
  const auto open = [&] { SplitReader(folder.path(), manifest, Split::kTrain); };
  const auto first = folder.path() / manifest.split(Split::kTrain).shards[0].file;
  const auto second = folder.path() / manifest.split(Split::kTrain).shards[1].file;
  EXPECT_NO_THROW(open());
  std::filesystem::copy_file(second, folder.path() / "kept");
  std::filesystem::remove(second);
  EXPECT_THROW(open(), Error);
  std::filesystem::copy_file(first, second);
  EXPECT_THROW(open(), Error) << "shard 0 in place of shard 1";
  std::filesystem::remove(second);
  std::filesystem::copy_file(folder.path() / "kept", second);
  EXPECT_NO_THROW(open());
  std::filesystem::resize_file(second, std::filesystem::file_size(second) / 2);
  EXPECT_THROW(open(), Error);
}

TEST(Dataset, WriterRefusesAWrongNumberOfRows) {
  const test::TemporaryFolder folder;
  const Row row{};
  ShardWriter few(folder.path(), Manifest(), Split::kValid, 0, 1, 2);
  few.write(std::span(&row, 1));
  EXPECT_THROW(few.finish(), Error);
}

}  // namespace
}  // namespace amt
