#include "amt/dataset/manifest.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <fstream>

#include "amt/base/error.hpp"
#include "amt/dataset/paths.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"

namespace amt {
namespace {

Manifest example() {
  Manifest manifest;
  manifest.encoding = &kInterarrival;
  manifest.vocabulary = kInterarrivalVocabulary;
  manifest.seed = 17;
  manifest.corpus_digest = "0123456789abcdef";
  SplitInfo& test = manifest.split(Split::kTest);
  test = {{{"test-00000-of-00001.h5", 12, "00ff00ff00ff00ff"}}, 12, 3, 61.25};
  return manifest;
}

TEST(Manifest, RoundTrips) {
  const test::TemporaryFolder folder;
  std::ofstream(folder.path() / kManifestFile) << to_json(example());
  const Manifest read = read_manifest(folder.path());
  EXPECT_EQ(to_json(read), to_json(example()));
  EXPECT_EQ(read.split(Split::kTest).seconds_of_music, 61.25);
  EXPECT_EQ(read.digest(), example().digest());
}

TEST(Manifest, DigestDependsOnEveryPart) {
  Manifest other = example();
  other.split(Split::kTest).shards[0].hash[0] = '1';
  EXPECT_NE(other.digest(), example().digest());
}

TEST(Manifest, DamagedOrForeignFilesAreRefusedInOneLine) {
  const test::TemporaryFolder folder;
  const std::string good = to_json(example());
  const auto changed = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    return text.replace(text.find(from), from.size(), to);
  };
  for (const std::string& bad :
       {std::string(), good.substr(0, good.size() / 2), std::string("[]"), std::string("{}"),
        changed("\"format_version\": 1", "\"format_version\": 2"), changed("amt-dataset", "other"),
        changed("test-00000", "../test"), changed("\"rows\": 12", "\"rows\": 13"),
        changed("\"rows\": 12", "\"rows\": -1"), changed("34025", "55028"),
        changed("interarrival", "sideways"), changed("\"seed\": 17", "\"seed\": 17.5"),
        changed("00ff00ff00ff00ff", "00ff"), changed("61.25", "-61.25"),
        changed("\"seed\": 17", "\"seed\": 17, \"seed\": 18"),
        changed("\"seed\": 17", "\"seed\": " + std::string(100'000, '['))}) {
    std::ofstream(folder.path() / kManifestFile, std::ios::trunc) << bad;
    const std::string what = test::refusal<Error>([&] { read_manifest(folder.path()); });
    EXPECT_TRUE(test::says(what, {kManifestFile})) << bad;
    EXPECT_EQ(what.find("exception"), std::string::npos) << what;
  }
}

TEST(Manifest, ErrorsNameTheMember) {
  const test::TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / kManifestFile;
  const auto says = [&](const std::string& from, const std::string& to) {
    std::string text = to_json(example());
    std::ofstream(path) << text.replace(text.find(from), from.size(), to);
    return test::refusal<Error>([&] { read_manifest(folder.path()); });
  };
  EXPECT_EQ(says("\"files\": 3", "\"files\": -5"),
            path.string() +
                ": splits.test.files is -5 but must be a whole number from 0 to "
                "9223372036854775807");
  EXPECT_EQ(says("test-00000-", "../test-"),
            path.string() +
                ": splits.test.shards[0].file is '../test-of-00001.h5'"
                " but must be the name of a file in the same folder");
}

TEST(Manifest, AFolderWithoutAManifestIsNotADataset) {
  const test::TemporaryFolder folder;
  EXPECT_THROW(read_manifest(folder.path()), Error);
  EXPECT_THROW(read_manifest(folder.path() / "missing"), Error);
}

TEST(Manifest, ErrorsExplainWhatThePathShouldBe) {
  const test::TemporaryFolder folder;
  const auto says = [](const std::filesystem::path& path) {
    return test::refusal<Error>([&] { read_manifest(path); });
  };
  const std::filesystem::path dataset = folder.path() / "ds";
  std::filesystem::create_directories(dataset);
  std::ofstream(dataset / "train.h5") << "x";
  const std::string file = (dataset / "train.h5").string();
  EXPECT_TRUE(test::says(says(file), {file, "amt prepare"}));
  std::ofstream(dataset / kManifestFile) << to_json(example());
  EXPECT_TRUE(test::says(says(file), {file, " " + dataset.string()}));
  std::filesystem::create_directories(folder.path() / "ds.partial");
  EXPECT_TRUE(test::says(says(folder.path() / "ds.partial"), {"ds.partial"}));
  EXPECT_TRUE(test::says(says(folder.path() / "none"), {"none"}));
  std::filesystem::create_symlink("loop", folder.path() / "loop");
  EXPECT_TRUE(test::fails_with(ELOOP, [&] { read_manifest(folder.path() / "loop"); }, {"loop"}));
}

TEST(Paths, ThePartialFolderIsNextToTheDataset) {
  EXPECT_EQ(partial_path("a/b"), "a/b.partial");
  EXPECT_EQ(partial_path("a/b/"), "a/b.partial");
  EXPECT_EQ(partial_path("./b"), "b.partial");
}

}  // namespace
}  // namespace amt
