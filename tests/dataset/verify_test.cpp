// Verification must find any changed bit of the rows, and all other damage that affects a reader.
#include "amt/dataset/verify.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/base/hash.hpp"
#include "amt/base/output_file.hpp"
#include "amt/dataset/dataset.hpp"
#include "amt/dataset/shard.hpp"
#include "amt/dataset/virtual_file.hpp"
#include "src/dataset/export_text.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"

namespace amt {
namespace {

namespace fs = std::filesystem;

constexpr std::array<Split, 1> kTrainOnly = {Split::kTrain};

/// Returns a row that obeys the encoding's rules, with an event every 10 ticks.
Row good_row(std::uint64_t number) {
  Row row{kAutoregress};
  for (std::size_t i = 0; i < 341; ++i) {
    row[1 + 3 * i] = static_cast<Token>(10 * i);
    row[2 + 3 * i] = static_cast<Token>(kDurationOffset + number % kMaxDuration);
    row[3 + 3 * i] = static_cast<Token>(kNoteOffset + i % kPitches);
  }
  return row;
}

class Verify : public testing::Test {
 protected:
  void write(const std::vector<std::uint64_t>& rows) {
    for (std::size_t s = 0; s < rows.size(); ++s) {
      ShardWriter writer(folder(), manifest_, Split::kTrain, s, rows.size(), rows[s]);
      for (std::uint64_t i = 0; i < rows[s]; ++i) {
        const Row row = s == bad_shard_ && i == bad_row_ ? Row{} : good_row(i);
        writer.write(std::span(&row, 1));
      }
      manifest_.split(Split::kTrain).shards.push_back(writer.finish());
      manifest_.split(Split::kTrain).rows += rows[s];
    }
  }

  std::string damage(std::size_t shard, VerifyRows rows = VerifyRows::kYes) const {
    return find_shard_damage(folder(), manifest_, Split::kTrain, shard, rows).value_or("");
  }

  fs::path file(std::size_t shard) const {
    return folder() / manifest_.split(Split::kTrain).shards[shard].file;
  }
  std::uint64_t offset(std::size_t shard) const {
    return locate_shard(folder(), manifest_, Split::kTrain, shard).offset;
  }

  void flip(std::size_t shard, std::uint64_t byte, int bit) const {
    std::vector<std::byte> bytes = read_file(file(shard));
    bytes[byte] ^= std::byte{1} << bit;
    write_bytes(shard, bytes);
  }
  void write_bytes(std::size_t shard, const std::vector<std::byte>& bytes) const {
    OutputFile out(file(shard));
    out.write(bytes);
    out.close();
  }

  const fs::path& folder() const { return folder_.path(); }

  test::TemporaryFolder folder_;
  Manifest manifest_;
  std::size_t bad_shard_ = SIZE_MAX;
  std::uint64_t bad_row_ = 0;
};

TEST_F(Verify, IntactShardsOfAllSizesPass) {
  write({3, 0, 4096, 4097, 1});
  for (std::size_t shard = 0; shard < 5; ++shard) EXPECT_EQ(damage(shard), "");
  EXPECT_NO_THROW(verify_share(folder(), manifest_, kSplits, 0, 1));
}

TEST_F(Verify, OneWrongBitIsReportedWithItsRowsAndBytes) {
  write({5, 4096 + 100});
  const std::uint64_t start = offset(1);
  flip(1, start + 4096 * sizeof(Row) + 77, 3);
  EXPECT_EQ(damage(0), "");
  const std::string expected =
      fmt::format("train-00001-of-00002.h5: rows 4096 to 4195 (bytes {} to {}) damaged",
                  start + 4096 * sizeof(Row), start + 4196 * sizeof(Row) - 1);
  EXPECT_EQ(damage(1, VerifyRows::kNo), expected);
  flip(1, start, 0);
  EXPECT_TRUE(damage(1, VerifyRows::kNo).find("rows 0 to 4195") != std::string::npos)
      << damage(1, VerifyRows::kNo);
}

TEST_F(Verify, DamagedChecksumsAreDistinguishedFromDamagedRows) {
  write({5});
  // The checksum's eight bytes occur only once in the file.
  std::vector<std::byte> bytes = read_file(file(0));
  std::vector<Row> rows;
  for (std::uint64_t i = 0; i < 5; ++i) rows.push_back(good_row(i));
  const std::uint64_t sum = xxh3_64(std::as_bytes(std::span(rows)));
  const auto pattern = std::as_bytes(std::span(&sum, 1));
  const auto at = std::search(bytes.begin(), bytes.end(), pattern.begin(), pattern.end());
  ASSERT_TRUE(at != bytes.end());
  flip(0, static_cast<std::uint64_t>(at - bytes.begin()), 5);
  EXPECT_TRUE(test::says(damage(0), {"checksums", "rows 0 to 4"}));
}

TEST_F(Verify, AShardOfAnotherDatasetIsReported) {
  write({5});
  manifest_.split(Split::kTrain).shards[0].hash = "0123456789abcdef";
  EXPECT_TRUE(test::says(damage(0), {"manifest"}));
}

TEST_F(Verify, RowsThatBreakTheRulesAreReportedOnRequest) {
  bad_shard_ = 1;
  bad_row_ = 2;
  write({3, 4});
  EXPECT_EQ(damage(0), "");
  EXPECT_EQ(damage(1, VerifyRows::kNo), "");
  EXPECT_EQ(
      damage(1),
      "train-00001-of-00002.h5: 1 row breaks the rules of the encoding, first row 2, token 0: "
      "0 is not a flag");
}

TEST_F(Verify, MissingOrTruncatedShardsAreReported) {
  write({40, 40});
  fs::resize_file(file(0), fs::file_size(file(0)) / 2);
  fs::remove(file(1));
  EXPECT_TRUE(damage(0).starts_with("train-00000-of-00002.h5: ")) << damage(0);
  EXPECT_TRUE(damage(1).starts_with("train-00001-of-00002.h5: ")) << damage(1);
}

// A change to any byte of the file must be detected, unless it affects nothing that a reader uses.
TEST_F(Verify, NoChangedByteAltersARowUndetected) {
  write({2});
  const std::vector<std::byte> good = read_file(file(0));
  std::size_t noticed = 0;
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::vector<std::byte> bytes = good;
    bytes[at] ^= std::byte{1} << at % 8;
    write_bytes(0, bytes);
    if (!damage(0, VerifyRows::kNo).empty()) {
      ++noticed;
      continue;
    }
    const SplitReader reader(folder(), manifest_, Split::kTrain);
    for (std::uint64_t i = 0; i < 2; ++i) {
      ASSERT_TRUE(std::ranges::equal(reader.row(i), good_row(i))) << "byte " << at;
    }
  }
  EXPECT_GT(noticed, 2 * sizeof(Row));
}

TEST_F(Verify, ReadersCanCheckTheRowsThatTheyUse) {
  write({5, 4096 + 100});
  flip(1, offset(1) + 4096 * sizeof(Row) + 77, 3);
  const SplitReader reader(folder(), manifest_, Split::kTrain, Checksums::kOfRowsUsed);
  std::vector<Token> rows(2 * kContextLength);
  EXPECT_NO_THROW(reader.read(3, 2, rows));
  EXPECT_NO_THROW(reader.row(5 + 4095));
  const std::string expected = file(1).string() + ": rows 4096 to 4195 do not match their checksum";
  EXPECT_TRUE(test::refusal<Error>([&] { reader.row(5 + 4195); }).starts_with(expected));
  EXPECT_TRUE(test::refusal<Error>([&] { reader.read(5 + 4095, 2, rows); }).starts_with(expected));
  EXPECT_THROW(export_text(folder(), manifest_, Split::kTrain, folder() / "text"), Error);
  EXPECT_NO_THROW(SplitReader(folder(), manifest_, Split::kTrain).row(5 + 4195));
}

TEST_F(Verify, VirtualFilesMatchTheManifest) {
  write({3, 0, 2});
  const auto said = [&] {
    return find_virtual_file_damage(folder(), manifest_, Split::kTrain).value_or("");
  };
  EXPECT_TRUE(test::says(said(), {"train.h5: ", "missing"}));
  write_virtual_file(folder(), manifest_, Split::kTrain);
  write_virtual_file(folder(), manifest_, Split::kTest);
  EXPECT_EQ(said(), "");
  EXPECT_EQ(find_virtual_file_damage(folder(), manifest_, Split::kTest), std::nullopt);
  Manifest other = manifest_;
  std::swap(other.split(Split::kTrain).shards[0], other.split(Split::kTrain).shards[2]);
  write_virtual_file(folder(), other, Split::kTrain);
  EXPECT_TRUE(test::says(said(), {"train.h5: ", "manifest.json"}));
  fs::copy_file(file(0), folder() / "train.h5", fs::copy_options::overwrite_existing);
  EXPECT_TRUE(said().starts_with("train.h5: ")) << said();
  fs::resize_file(folder() / "train.h5", 300);
  EXPECT_TRUE(said().starts_with("train.h5: ")) << said();
}

// HDF5 1.10.8 overflows a buffer on some of these.
TEST_F(Verify, AnyWrongByteInAVirtualFileIsHandled) {
  write({3, 0, 2});
  write_virtual_file(folder(), manifest_, Split::kTrain);
  const fs::path path = folder() / "train.h5";
  const std::string whole = read_text(path);
  const std::size_t heap = whole.find("GCOL");
  ASSERT_NE(heap, std::string::npos);
  int found = 0;
  for (std::size_t byte = heap; byte < std::min(whole.size(), heap + 256); ++byte) {
    std::string changed = whole;
    changed[byte] = static_cast<char>(changed[byte] ^ 0x10);
    write_file_atomically(path, changed);
    found += find_virtual_file_damage(folder(), manifest_, Split::kTrain) ? 1 : 0;
  }
  EXPECT_GT(found, 50);
}

TEST_F(Verify, VirtualFilesStateTheirFormat) {
  manifest_.seed = 17;
  write({3});
  write_virtual_file(folder(), manifest_, Split::kTrain);
  const hdf5::File file = hdf5::File::open(folder() / "train.h5");
  EXPECT_EQ(file.text_attribute("format"), "amt-dataset");
  EXPECT_EQ(file.text_attribute("encoding"), "arrival");
  EXPECT_EQ(file.text_attribute("split"), "train");
  EXPECT_EQ(file.integer_attribute("vocabulary"), static_cast<unsigned>(kArrivalVocabulary));
  EXPECT_EQ(file.integer_attribute("context_length"), kContextLength);
  EXPECT_EQ(file.integer_attribute("seed"), 17u);
  EXPECT_EQ(file.integer_attribute("augment"), 1u);
}

TEST_F(Verify, FilesMissingFromTheManifestAreFound) {
  write({3});
  write_virtual_file(folder(), manifest_, Split::kTrain);
  EXPECT_TRUE(find_unknown_files(folder(), manifest_).empty());
  fs::copy_file(file(0), folder() / "train-00001-of-00002.h5");
  EXPECT_EQ(find_unknown_files(folder(), manifest_),
            std::vector<std::string>{"train-00001-of-00002.h5"});
}

TEST_F(Verify, AnUnreadableFileIsNotReportedAsDamage) {
  write({3});
  fs::create_symlink("loop", folder() / "loop");
  manifest_.split(Split::kTrain).shards[0].file = "loop";
  EXPECT_THROW(damage(0), SystemError);
  EXPECT_THROW(verify_share(folder(), manifest_, kTrainOnly, 0, 1), SystemError);
}

TEST_F(Verify, ShardsAreDividedAmongTheRanks) {
  write({3, 3, 3, 3, 3});
  flip(1, offset(1) + 10, 1);
  flip(4, offset(4) + 10, 1);
  const auto share = [&](int rank, int ranks) {
    return test::refusal<Error>(
        [&] { verify_share(folder(), manifest_, kTrainOnly, rank, ranks); });
  };
  EXPECT_TRUE(test::says(share(0, 1), {"train-00001-of-00005.h5", "rows 0 to 2", "1 more"}));
  EXPECT_EQ(share(0, 3), "");
  EXPECT_TRUE(test::says(share(1, 3), {"train-00001-of-00005.h5"}));
  EXPECT_EQ(share(2, 3), "");
  EXPECT_EQ(share(8, 9), "") << "more ranks than shards";
}

}  // namespace
}  // namespace amt
