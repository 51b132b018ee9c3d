// Tests the description of a dataset, and the export of a split in the reference's text format.
#include "src/dataset/description.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/base/temporary_files.hpp"
#include "amt/dataset/shard.hpp"
#include "amt/tokens/row_text.hpp"
#include "src/dataset/export_text.hpp"
#include "support/temporary_folder.hpp"

namespace amt {
namespace {

namespace fs = std::filesystem;

TEST(Description, ListsSettingsSplitsAndCounts) {
  Manifest manifest;
  manifest.augment = 30;
  manifest.seed = 17;
  manifest.split(Split::kTrain) = {{{"a", 1234567, "0"}, {"b", 1, "0"}}, 1234568, 4321, 9000};
  manifest.statistics.files = 178561;
  manifest.statistics.tokens.too_short = 7032;
  const std::string text = describe_dataset(manifest);
  for (const char* expected :
       {"arrival, 55028 tokens, rows of 1024", "30 copies", "seed 17",
        "train    1,234,568  1,264,197,632     4,321    2 h 30 min       2\n", "178,561",
        "7,032"}) {
    EXPECT_NE(text.find(expected), std::string::npos) << expected << "\nin\n" << text;
  }
}

class ExportText : public testing::Test {
 protected:
  ExportText() {
    ShardWriter writer(folder_.path(), manifest_, Split::kTest, 0, 1, 3);
    for (Token i = 0; i < 3; ++i) {
      Row row{};
      row.fill(i);
      writer.write(std::span(&row, 1));
      append_row_text(row, expected_);
    }
    manifest_.split(Split::kTest).shards.push_back(writer.finish());
    manifest_.split(Split::kTest).rows = 3;
  }

  test::TemporaryFolder folder_;
  Manifest manifest_;
  std::string expected_;
};

TEST_F(ExportText, WritesTheRowsInOrder) {
  const fs::path file = folder_.path() / "text";
  export_text(folder_.path(), manifest_, Split::kTest, file);
  EXPECT_EQ(read_text(file), expected_);
  export_text(folder_.path(), manifest_, Split::kValid, file);
  EXPECT_EQ(read_text(file), "") << "an empty split must replace the old file by an empty one";
}

TEST_F(ExportText, NothingIsLeftAfterAnError) {
  const fs::path file = folder_.path() / "taken";
  fs::create_directories(file / "inside");
  EXPECT_THROW(export_text(folder_.path(), manifest_, Split::kTest, file), Error);
  EXPECT_THROW(export_text(folder_.path(), manifest_, Split::kTest, folder_.path() / "none" / "x"),
               Error);
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder_.path())) {
    EXPECT_FALSE(is_temporary_name(entry.path().filename().string())) << entry;
  }
}

}  // namespace
}  // namespace amt
