#include <gtest/gtest.h>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/charts/html.hpp"
#include "amt/run/folder.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"

namespace amt {
namespace {

class RunFolderTest : public testing::Test {
 protected:
  void add(const std::string& name) const {
    const std::filesystem::path path = folder_.path() / name;
    std::filesystem::create_directories(path.parent_path());
    write_file_atomically(path, "x");
  }
  std::string refusal(const std::string& run) const {
    return test::refusal<UsageError>(
        [&] { check_run_folder(RunPaths(folder_.path() / run), folder_.path() / "dataset"); });
  }
  /// Expects the folder to be refused because of the file `name`.
  void expect_refusal(const std::string& run, const std::string& name) const {
    EXPECT_TRUE(
        test::says(refusal(run), {(folder_.path() / run).string(), name, "--trainer.run_dir"}));
  }
  test::TemporaryFolder folder_;
};

TEST_F(RunFolderTest, NewAndEmptyFoldersAreAccepted) {
  EXPECT_EQ(refusal("new"), "");
  EXPECT_EQ(refusal("new/deeper/"), "");
  std::filesystem::create_directories(folder_.path() / "empty");
  EXPECT_EQ(refusal("empty"), "");
}

TEST_F(RunFolderTest, FilesFromBeforeARunAreAccepted) {
  for (const char* name : {"log", "jobs/train-12.log", "requeues", "tiny.ini", "train.log"}) {
    add(std::string(name) == "log" ? "run/out.log" : std::string("run/") + name);
  }
  EXPECT_EQ(refusal("run"), "");
}

TEST_F(RunFolderTest, ARunWithTheUsersOwnFilesIsAccepted) {
  add("run/checkpoints/latest");
  add("run/notes.txt");
  EXPECT_EQ(refusal("run"), "");
}

TEST_F(RunFolderTest, AFolderWithOnlyOurReportIsAccepted) {
  add("run/report.html");
  expect_refusal("run", " report.html;");
  write_file_atomically(folder_.path() / "run/report.html", html_page("a run", ""));
  EXPECT_EQ(refusal("run"), "");
}

TEST_F(RunFolderTest, ADatasetIsRefused) {
  add("dataset/manifest.json");
  add("dataset/train.h5");
  expect_refusal("dataset", "a manifest.json;");
  const std::string dataset = (folder_.path() / "dataset").string();
  expect_refusal("dataset/run", " " + dataset + ";");
  std::filesystem::create_directory_symlink("dataset", folder_.path() / "link");
  expect_refusal("link/run", " " + dataset + ";");
  EXPECT_EQ(refusal("dataset-2"), "");
  add("dataset/checkpoints/latest");
  EXPECT_NE(refusal("dataset"), "");
  expect_refusal("", " dataset;");  // the folder that contains the dataset
}

TEST_F(RunFolderTest, ForeignFilesAreRefused) {
  add("corpus/a/song.mid");
  expect_refusal("corpus", " a;");
  expect_refusal("corpus/a", " song.mid;");
  expect_refusal("corpus/a/song.mid", " folder;");
  add("home/thesis.tex");
  add("home/config.ini");
  expect_refusal("home", " thesis.tex;");
}

}  // namespace
}  // namespace amt
