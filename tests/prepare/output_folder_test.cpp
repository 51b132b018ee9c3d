#include "src/prepare/output_folder.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <set>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/base/hash.hpp"
#include "amt/dataset/manifest.hpp"
#include "amt/dataset/paths.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"

namespace amt {
namespace {

namespace fs = std::filesystem;

class OutputFolderTest : public testing::Test {
 protected:
  const fs::path& folder() const { return folder_.path(); }
  fs::path dataset() const { return folder_.path() / "data"; }
  static void put(const fs::path& file) { std::ofstream(file) << "x"; }

  static void put_dataset(const fs::path& folder) {
    Manifest manifest;
    manifest.vocabulary = manifest.encoding->vocabulary;
    manifest.split(Split::kTrain)
        .shards.push_back({shard_file_name(Split::kTrain, 0, 1), 0, hex64(0)});
    put(folder / manifest.split(Split::kTrain).shards[0].file);
    write_file_atomically(folder / kManifestFile, to_json(manifest));
  }

  void make_dataset() const {
    fs::create_directories(dataset());
    put_dataset(dataset());
  }

  static std::string names_in(const fs::path& folder) {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder)) names.insert(entry.path().filename());
    std::string text;
    for (const std::string& name : names) text += name + " ";
    return text;
  }

 private:
  test::TemporaryFolder folder_;
};

TEST_F(OutputFolderTest, AppearsOnlyWhenCommitted) {
  OutputFolder out(dataset(), false);
  put(out.path() / kManifestFile);
  EXPECT_FALSE(fs::exists(dataset()));
  out.commit();
  EXPECT_TRUE(fs::exists(dataset() / kManifestFile));
  EXPECT_EQ(std::distance(fs::directory_iterator(dataset()), {}), 1) << "the lock must be removed";
  EXPECT_FALSE(fs::exists(partial_path(dataset())));
}

TEST_F(OutputFolderTest, IsRemovedUnlessCommitted) {
  { OutputFolder out(dataset(), false); }
  EXPECT_FALSE(fs::exists(partial_path(dataset())));
}

TEST_F(OutputFolderTest, TwoJobsCannotWriteTheSameDataset) {
  OutputFolder first(dataset(), false);
  put(first.path() / "shard");
  EXPECT_THROW(OutputFolder(dataset(), false), Error);
  EXPECT_TRUE(fs::exists(first.path() / "shard")) << "the first job's files must be untouched";
}

TEST_F(OutputFolderTest, OverwriteReplacesOnlyADataset) {
  fs::create_directories(dataset());
  put(dataset() / "thesis.tex");
  EXPECT_THROW(OutputFolder(dataset(), true), UsageError);
  put(dataset() / kManifestFile);  // another program's manifest.json
  EXPECT_THROW(OutputFolder(dataset(), true), UsageError);
  EXPECT_TRUE(fs::exists(dataset() / "thesis.tex"));
}

TEST_F(OutputFolderTest, TheOldDatasetExistsUntilTheCommit) {
  make_dataset();
  EXPECT_THROW(OutputFolder(dataset(), false), UsageError);
  OutputFolder out(dataset(), true);
  put(out.path() / "new");
  EXPECT_TRUE(fs::exists(dataset() / kManifestFile));
  out.commit();
  EXPECT_EQ(names_in(dataset()), "new ");
  EXPECT_FALSE(fs::exists(partial_path(dataset())));
}

TEST_F(OutputFolderTest, TheUsersFilesInTheOldDatasetAreKept) {
  make_dataset();
  put(dataset() / "train-00001-of-00002.h5");  // not listed in the manifest
  fs::create_directories(dataset() / "corpus");
  put(dataset() / "corpus" / "song.mid");
  fs::create_symlink("nowhere", dataset() / "link");
  OutputFolder out(dataset(), true);
  put(out.path() / kManifestFile);
  out.commit();
  EXPECT_EQ(names_in(dataset()), "corpus link manifest.json train-00001-of-00002.h5 ");
  EXPECT_TRUE(fs::exists(dataset() / "corpus" / "song.mid"));
  EXPECT_FALSE(fs::exists(partial_path(dataset())));
}

TEST_F(OutputFolderTest, AUsersFileNamedLikeAnOutputFileIsNotMoved) {
  make_dataset();
  fs::create_directories(dataset() / "report.html");
  put(dataset() / "report.html" / "mine");
  {
    OutputFolder out(dataset(), true);
    put_dataset(out.path());
    put(out.path() / "report.html");
    out.commit();
  }
  EXPECT_TRUE(fs::exists(partial_path(dataset()) / "report.html" / "mine"));
  EXPECT_EQ(names_in(dataset()), "manifest.json report.html train-00000-of-00001.h5 ");
  EXPECT_NE(test::refusal<UsageError>([&] { OutputFolder(dataset(), true); }).find("report.html"),
            std::string::npos);
  EXPECT_TRUE(fs::exists(partial_path(dataset()) / "report.html" / "mine"));
}

TEST_F(OutputFolderTest, AForeignPartialFolderIsRefused) {
  const auto refused = [&] {
    const std::string reason = test::refusal<UsageError>([&] { OutputFolder(dataset(), true); });
    return reason.find(partial_path(dataset()).string()) != std::string::npos;
  };
  fs::create_directories(partial_path(dataset()));
  put(partial_path(dataset()) / "thesis.tex");
  EXPECT_TRUE(refused());
  put(partial_path(dataset()) / "in-use");  // not empty, so not the lock of an old version
  fs::remove(partial_path(dataset()) / "thesis.tex");
  EXPECT_TRUE(refused());
  fs::rename(partial_path(dataset()), folder() / "elsewhere");
  fs::create_directory_symlink("elsewhere", partial_path(dataset()));
  EXPECT_TRUE(refused()) << "a link must be refused";
  EXPECT_TRUE(fs::exists(folder() / "elsewhere" / "in-use"));
}

TEST_F(OutputFolderTest, OurPartialFolderIsClearedUnlessItHasAForeignFile) {
  {
    OutputFolder killed(dataset(), false);
    fs::copy(killed.path(), folder() / "copy");
  }
  fs::rename(folder() / "copy", partial_path(dataset()));
  put(partial_path(dataset()) / "thesis.tex");
  put(partial_path(dataset()) / "train.h5");
  EXPECT_NE(test::refusal<UsageError>([&] { OutputFolder(dataset(), false); }).find("thesis.tex"),
            std::string::npos);
  EXPECT_TRUE(fs::exists(partial_path(dataset()) / "train.h5"));
  fs::remove(partial_path(dataset()) / "thesis.tex");
  const OutputFolder out(dataset(), false);
  EXPECT_FALSE(fs::exists(out.path() / "train.h5"));
}

TEST_F(OutputFolderTest, LeftoversOfAnOldVersionAreRemoved) {
  fs::create_directories(partial_path(dataset()) / kSpillFolder);
  put(partial_path(dataset()) / "train-00000-of-00001.h5");
  std::ofstream(partial_path(dataset()) / "in-use").flush();
  OutputFolder out(dataset(), false);
  out.commit();
  EXPECT_EQ(names_in(dataset()), "");
}

TEST_F(OutputFolderTest, AForeignFileThatAppearsMeanwhileIsKept) {
  {
    const OutputFolder out(dataset(), false);
    put(out.path() / "train.h5");
    put(out.path() / "thesis.tex");
  }
  EXPECT_EQ(names_in(partial_path(dataset())), "thesis.tex ");
}

TEST_F(OutputFolderTest, AFolderThatAppearsMeanwhileIsNotReplaced) {
  const auto fails = [&](const std::function<void()>& take) {
    OutputFolder out(dataset(), false);
    put(out.path() / "train.h5");
    take();
    EXPECT_NE(test::refusal<Error>([&] { out.commit(); }).find(out.path().string()),
              std::string::npos);
    EXPECT_TRUE(fs::exists(out.path() / "train.h5")) << "the finished work must be kept";
    fs::remove_all(out.path());
  };
  fails([&] { put(dataset()); });
  EXPECT_TRUE(fs::is_regular_file(dataset()));
  fs::remove(dataset());
  fails([&] {
    fs::create_directories(dataset());
    put(dataset() / "mine");
  });
  EXPECT_EQ(names_in(dataset()), "mine ");
}

TEST_F(OutputFolderTest, EverySpellingOfThePathIsEquivalent) {
  for (const char* form : {"data/", "data//", "data/.", "./data", "x/../data"}) {
    fs::create_directories(folder() / "x");
    OutputFolder out(folder() / form, false);
    out.commit();
    EXPECT_TRUE(fs::is_directory(dataset())) << form;
    EXPECT_FALSE(fs::exists(partial_path(dataset())));
    fs::remove(dataset());
  }
  for (const char* form : {"", "/", ".", "..", "x/.."}) {
    EXPECT_THROW(OutputFolder(form, true), UsageError) << form;
  }
}

TEST_F(OutputFolderTest, ALinkIsRefused) {
  fs::create_directories(folder() / "other");
  fs::create_directory_symlink("other", dataset());
  EXPECT_TRUE(
      test::refuses<UsageError>([&] { OutputFolder(dataset(), true); }, {dataset().string()}));
  EXPECT_TRUE(fs::is_symlink(dataset()));
}

}  // namespace
}  // namespace amt
