#include "src/prepare/summary.hpp"

#include <gtest/gtest.h>

namespace amt {
namespace {

TEST(Summary, RejectedFilesAreListedInOrderOfPath) {
  EXPECT_EQ(rejected_text({{"b.mid", "second"}, {"a\t\n\\.mid", "first"}}),
            "path\treason\na\\t\\n\\\\.mid\tfirst\nb.mid\tsecond\n");
}

// Python prints round(x, 2) with at least one decimal and without further trailing zeros.
TEST(Summary, PercentagesAreFormattedLikePython) {
  Manifest manifest;
  manifest.statistics.files = 1000;
  manifest.statistics.rejected = 5;
  EXPECT_NE(summary_text(manifest, {}).find("Successfully processed 995 files (discarded 0.5%)"),
            std::string::npos);
  manifest.statistics.rejected = 0;
  EXPECT_NE(summary_text(manifest, {}).find("(discarded 0.0%)"), std::string::npos);
}

}  // namespace
}  // namespace amt
