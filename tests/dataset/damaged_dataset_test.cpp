// Malicious datasets, some with matching hashes, must be refused in one line that names the file.
#include <gtest/gtest.h>

#include <functional>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/dataset/dataset.hpp"
#include "amt/dataset/paths.hpp"
#include "amt/dataset/shard.hpp"
#include "amt/dataset/verify.hpp"
#include "hdf5/damaged_hdf5.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"

namespace amt {
namespace {

class DamagedDataset : public testing::Test {
 protected:
  static constexpr std::uint64_t kRows = 40;

  /// Writes a training shard; row 7 contains `token`.
  void write(Token token = 0) {
    ShardWriter writer(folder_.path(), manifest_, Split::kTrain, 0, 1, kRows);
    for (std::uint64_t i = 0; i < kRows; ++i) {
      Row row{kAutoregress};
      if (i == 7) row[1000] = token;
      writer.write(std::span(&row, 1));
    }
    SplitInfo& train = manifest_.split(Split::kTrain);
    train.shards = {writer.finish()};
    train.rows = kRows;
    write_file_atomically(folder_.path() / kManifestFile, to_json(manifest_));
  }
  std::filesystem::path shard() const {
    return folder_.path() / manifest_.split(Split::kTrain).shards[0].file;
  }
  /// Returns the error from opening the split and reading all of it; "" if there is none.
  std::string refusal() const {
    return test::refusal<Error>([&] {
      const Manifest manifest = read_manifest(folder_.path());
      const SplitReader reader(folder_.path(), manifest, Split::kTrain);
      std::vector<Token> tokens(kRows * kContextLength);
      reader.read(0, kRows, tokens);
    });
  }
  void expect_refusal(std::initializer_list<std::string_view> names) const {
    const std::string what = refusal();
    EXPECT_TRUE(test::says(what, names));
    EXPECT_LT(what.size(), 600u);
  }

  /// Calls `check` once per kind of damage, with a shard of which only this HDF5 dataset is
  /// damaged.
  void for_each_damage(const char* dataset, test::Hdf5Values values,
                       const std::vector<std::uint64_t>& shape,
                       const std::function<void()>& check) const {
    const auto elsewhere = folder_.path() / "elsewhere.h5";
    std::filesystem::copy_file(shard(), elsewhere);
    for (const test::Hdf5Damage damage : test::kHdf5Damages) {
      SCOPED_TRACE(static_cast<int>(damage));
      std::filesystem::remove(shard());
      std::filesystem::copy_file(elsewhere, shard());
      test::damage_hdf5(shard(), dataset, values, shape, damage, elsewhere);
      check();
    }
  }

  test::TemporaryFolder folder_;
  Manifest manifest_;
};

TEST_F(DamagedDataset, ATokenOutsideTheVocabularyIsReportedWithItsRow) {
  write(kArrivalVocabulary - 1);
  EXPECT_EQ(refusal(), "");
  write(kArrivalVocabulary);
  expect_refusal({shard().filename().string(), "row 7 ", "55028"});
  const SplitReader reader(folder_.path(), manifest_, Split::kTrain);
  EXPECT_TRUE(test::refuses<Error>([&] { reader.row(7); }, {"row 7 ", "train"}));
  EXPECT_NO_THROW(reader.row(8));
}

TEST_F(DamagedDataset, ShardsWithUnexpectedStorageAreRefused) {
  write();
  for_each_damage(kTokensDataset, test::Hdf5Values::kUint16, {kRows, kContextLength},
                  [&] { expect_refusal({shard().filename().string()}); });
}

TEST_F(DamagedDataset, ChecksumsWithUnexpectedStorageAreRefused) {
  write();
  for_each_damage(kChecksumDataset, test::Hdf5Values::kUint64, {1}, [&] {
    const auto said =
        find_shard_damage(folder_.path(), manifest_, Split::kTrain, 0, VerifyRows::kNo);
    ASSERT_TRUE(said);
    EXPECT_EQ(said->find("damaged"), std::string::npos)
        << *said;  // the values must not even be read
    EXPECT_TRUE(test::refuses<Error>(
        [&] { SplitReader(folder_.path(), manifest_, Split::kTrain, Checksums::kOfRowsUsed); },
        {shard().filename().string()}));
  });
}

TEST_F(DamagedDataset, AShardOfAnotherDatasetIsRefusedNamingTheDifference) {
  write();
  manifest_.seed = 6;
  write_file_atomically(folder_.path() / kManifestFile, to_json(manifest_));
  expect_refusal({"seed"});
  manifest_.seed = 0;
  manifest_.augment = 10;
  write_file_atomically(folder_.path() / kManifestFile, to_json(manifest_));
  expect_refusal({"augment"});
}

TEST_F(DamagedDataset, MoreRowsThanTheFileCanHoldAreRefused) {
  write();
  // The manifest and the shard agree on 2^50 rows: 2^61 bytes, none of which exist.
  test::damage_hdf5(shard(), kTokensDataset, test::Hdf5Values::kUint16, {kRows, kContextLength},
                    test::Hdf5Damage::kHuge, "");
  SplitInfo& train = manifest_.split(Split::kTrain);
  train.rows = train.shards[0].rows = std::uint64_t{1} << 50;
  write_file_atomically(folder_.path() / kManifestFile, to_json(manifest_));
  expect_refusal({shard().filename().string()});
}

TEST_F(DamagedDataset, MaliciousManifestsAreRefused) {
  const std::string deep(100'000, '[');
  write();
  manifest_.split(Split::kValid) = {
      {{"a.h5", std::uint64_t{1} << 63, ""}, {"b.h5", std::uint64_t{1} << 63, ""}}, 0, 0, 0};
  for (const std::string& text :
       {deep, deep + std::string(100'000, ']'), "{\"format\":\"" + std::string(5'000'000, 'x'),
        std::string("\0\xff\n", 3), to_json(manifest_)}) {
    write_file_atomically(folder_.path() / kManifestFile, text);
    expect_refusal({kManifestFile});
  }
  std::filesystem::resize_file(folder_.path() / kManifestFile, std::uintmax_t{1} << 40);  // sparse
  expect_refusal({kManifestFile});
}

}  // namespace
}  // namespace amt
