#include "amt/prepare/output_folder.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <optional>

#include "amt/base/error.hpp"
#include "amt/dataset/paths.hpp"
#include "support/temporary_folder.hpp"

namespace amt {
namespace {

namespace fs = std::filesystem;

class OutputFolderTest : public testing::Test {
 protected:
  fs::path dataset() const { return folder_.path() / "data"; }
  static void put(const fs::path& file) { std::ofstream(file) << "x"; }

 private:
  test::TemporaryFolder folder_;
};

TEST_F(OutputFolderTest, AppearsOnlyWhenCommitted) {
  OutputFolder out(dataset(), false);
  put(out.path() / kManifestFile);
  EXPECT_FALSE(fs::exists(dataset()));
  out.commit();
  EXPECT_TRUE(fs::exists(dataset() / kManifestFile));
  EXPECT_EQ(std::distance(fs::directory_iterator(dataset()), {}), 1) << "the lock is gone";
  EXPECT_FALSE(fs::exists(partial_path(dataset())));
}

TEST_F(OutputFolderTest, VanishesUnlessCommitted) {
  { OutputFolder out(dataset(), false); }
  EXPECT_FALSE(fs::exists(partial_path(dataset())));
}

TEST_F(OutputFolderTest, TwoJobsCannotWriteTheSame) {
  OutputFolder first(dataset(), false);
  put(first.path() / "shard");
  EXPECT_THROW(OutputFolder(dataset(), false), Error);
  EXPECT_TRUE(fs::exists(first.path() / "shard")) << "the first one's files are untouched";
}

TEST_F(OutputFolderTest, OverwriteReplacesADatasetButNothingElse) {
  fs::create_directories(dataset());
  put(dataset() / "thesis.tex");
  EXPECT_THROW(OutputFolder(dataset(), true), UsageError);
  EXPECT_TRUE(fs::exists(dataset() / "thesis.tex"));
  fs::rename(dataset() / "thesis.tex", dataset() / kManifestFile);
  EXPECT_THROW(OutputFolder(dataset(), false), UsageError);
  OutputFolder out(dataset(), true);
  put(out.path() / "new");
  EXPECT_TRUE(fs::exists(dataset() / kManifestFile)) << "kept until the commit";
  out.commit();
  EXPECT_TRUE(fs::exists(dataset() / "new"));
  EXPECT_FALSE(fs::exists(dataset() / kManifestFile));
}

}  // namespace
}  // namespace amt
