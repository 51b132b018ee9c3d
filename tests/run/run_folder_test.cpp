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
  test::TemporaryFolder folder_;
};

TEST_F(RunFolderTest, NewAndEmptyOnesAreTaken) {
  EXPECT_EQ(refusal("new"), "");
  EXPECT_EQ(refusal("new/deeper/"), "");
  std::filesystem::create_directories(folder_.path() / "empty");
  EXPECT_EQ(refusal("empty"), "");
}

TEST_F(RunFolderTest, WhatIsThereBeforeARunIsTaken) {
  for (const char* name : {"log", "jobs/train-12.log", "requeues", "tiny.ini", "train.log"}) {
    add(std::string(name) == "log" ? "run/out.log" : std::string("run/") + name);
  }
  EXPECT_EQ(refusal("run"), "");
}

TEST_F(RunFolderTest, ARunIsTakenWithWhatItsUserKeepsThere) {
  add("run/checkpoints/latest");
  add("run/notes.txt");
  EXPECT_EQ(refusal("run"), "");
}

TEST_F(RunFolderTest, AReportAloneIsTakenIfItIsOurs) {
  add("run/report.html");
  EXPECT_NE(refusal("run").find("such as report.html"), std::string::npos);
  write_file_atomically(folder_.path() / "run/report.html", html_page("a run", ""));
  EXPECT_EQ(refusal("run"), "");
}

TEST_F(RunFolderTest, ADatasetIsRefused) {
  add("dataset/manifest.json");
  add("dataset/train.h5");
  EXPECT_NE(refusal("dataset").find("is a dataset"), std::string::npos);
  EXPECT_NE(refusal("dataset/run").find("lies in the dataset"), std::string::npos);
  std::filesystem::create_directory_symlink("dataset", folder_.path() / "link");
  EXPECT_NE(refusal("link/run").find("lies in the dataset"), std::string::npos);
  EXPECT_EQ(refusal("dataset-2"), "");
  add("dataset/checkpoints/latest");
  EXPECT_NE(refusal("dataset"), "");
  EXPECT_NE(refusal("").find("such as dataset"), std::string::npos) << "what holds the dataset";
}

TEST_F(RunFolderTest, StrangersFilesAreRefused) {
  add("corpus/a/song.mid");
  EXPECT_NE(refusal("corpus").find("such as a"), std::string::npos);
  EXPECT_NE(refusal("corpus/a").find("such as song.mid"), std::string::npos);
  EXPECT_NE(refusal("corpus/a/song.mid").find("is not a folder"), std::string::npos);
  add("home/thesis.tex");
  add("home/config.ini");
  EXPECT_NE(refusal("home").find("such as thesis.tex"), std::string::npos);
}

}  // namespace
}  // namespace amt
