// Prepares the golden tree with --text and --compound and compares the files with the reference's,
// byte for byte.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "amt/base/files.hpp"
#include "prepare_fixture.hpp"

namespace amt {
namespace {

namespace fs = std::filesystem;

class Golden : public PrepareTest {
 protected:
  void compare(const std::string& run, PrepareOptions o) {
    o.text = (root() / (run + "-text")).string();
    const std::string summary = prepare_dataset(world(), o);
    if (!leader()) return;
    int files = 0;
    for (const auto& entry : fs::directory_iterator(test::golden_dir() / "expected" / run)) {
      if (entry.path().extension() != ".gz") continue;
      const fs::path ours = fs::path(o.text) / entry.path().stem();
      EXPECT_TRUE(read_text(ours) == test::read_golden(entry.path())) << ours;
      ++files;
    }
    EXPECT_EQ(files, 16);
    compare_statistics(run, summary);
  }

  /// Expects every line of the reference's statistics in our summary.
  static void compare_statistics(const std::string& run, const std::string& summary) {
    const auto recorded =
        nlohmann::json::parse(read_text(test::golden_dir() / "expected" / "stdout.json"));
    const auto text = recorded.at(run).get<std::string>();
    const std::size_t first = text.find("Tokenization complete."), last = text.find("Remember");
    EXPECT_NE(summary.find(text.substr(first, last - first)), std::string::npos)
        << summary << "\nexpected\n"
        << text;
    const auto parsed = recorded.at("preprocess").get<std::string>();
    EXPECT_NE(summary.find(parsed.substr(parsed.find("Successfully"))), std::string::npos);
  }
};

TEST_F(Golden, Augment1) { compare("augment1", options("d", 1)); }
TEST_F(Golden, Augment10) { compare("augment10", options("d", 10)); }
TEST_F(Golden, Augment20) { compare("augment20", options("d", 20)); }

TEST_F(Golden, Interarrival) {
  PrepareOptions o = options("d");
  o.interarrival = true;
  compare("interarrival", o);
}

TEST_F(Golden, CompoundTexts) {
  PrepareOptions o = options("d");
  o.compound = (root() / "compound").string();
  prepare_dataset(world(), o);
  if (!leader()) return;
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(test::golden_dir() / "expected" / "compound")) {
    EXPECT_EQ(read_text(fs::path(o.compound) / entry.path().stem()),
              test::read_golden(entry.path()));
    ++files;
  }
  EXPECT_EQ(files, static_cast<std::size_t>(std::distance(fs::directory_iterator(o.compound),
                                                          fs::directory_iterator())));
}

}  // namespace
}  // namespace amt
