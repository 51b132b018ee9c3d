// Output must neither remove the inputs nor replace files that are to be kept.
#include "src/prepare/output_check.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "amt/base/error.hpp"
#include "amt/prepare/job.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"

namespace amt {
namespace {

namespace fs = std::filesystem;

class OutputCheck : public testing::Test {
 protected:
  OutputCheck() {
    for (const char* name : {"corpus/inner", "data.partial/corpus", "other"}) {
      fs::create_directories(folder_.path() / name);
    }
    fs::create_directory_symlink("../data.partial", folder_.path() / "other" / "link");
  }

  std::string refusal(const std::string& corpus, const std::string& dataset,
                      const std::string& text = "", const std::string& compound = "") const {
    PrepareOptions options;
    options.corpus = place(corpus);
    options.dataset = place(dataset);
    options.text = place(text);
    options.compound = place(compound);
    options.overwrite = true;
    return test::refusal<UsageError>([&] { check_output(options); });
  }

  std::string place(const std::string& name) const {
    return name.empty() ? "" : (folder_.path() / name).string();
  }

  test::TemporaryFolder folder_;
};

TEST_F(OutputCheck, TheCorpusMustBeSeparateFromTheDataset) {
  EXPECT_EQ(refusal("corpus", "data2"), "");
  EXPECT_EQ(refusal("corpus", "corpus2"), "");
  EXPECT_EQ(refusal("data2.tar", "data2"), "");
  for (const auto& [corpus, dataset] :
       {std::pair("corpus", "corpus"), std::pair("corpus", "corpus/data"),
        std::pair("corpus", "corpus/inner/data"), std::pair("corpus/inner", "corpus"),
        std::pair("data.partial", "data"), std::pair("data.partial/corpus", "data"),
        std::pair("other/link", "data"), std::pair("other/link/corpus", "data"),
        std::pair("data.old.partial/corpus", "data"),
        std::pair("other/../corpus", "other/../corpus/x")}) {
    const std::string reason = refusal(corpus, dataset);
    EXPECT_TRUE(test::says(reason, {"corpus"})) << corpus << ' ' << dataset;
  }
}

TEST_F(OutputCheck, TextsMustBeSeparateFromDatasetAndCorpus) {
  EXPECT_EQ(refusal("corpus", "data2", "text", "compound"), "");
  EXPECT_EQ(refusal("corpus", "data2", "data2.text"), "");
  for (const char* place : {"data2", "data2/text", "data2.partial", "data2.partial/x/y",
                            "other/../data2/text", "corpus", "other/../corpus"}) {
    EXPECT_NE(refusal("corpus", "data2", place).find(place), std::string::npos) << place;
    EXPECT_NE(refusal("corpus", "data2", "", place).find(place), std::string::npos) << place;
  }
}

TEST_F(OutputCheck, ADryRunRefusesTheSamePaths) {
  PrepareOptions options;
  options.corpus = place("corpus");
  options.dataset = place("corpus/data");
  EXPECT_THROW(describe_preparation(options), UsageError);
  options.dataset = "";
  EXPECT_THROW(describe_preparation(options), UsageError);
}

}  // namespace
}  // namespace amt
