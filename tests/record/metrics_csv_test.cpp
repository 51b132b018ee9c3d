#include "src/record/metrics_csv.hpp"

#include <gtest/gtest.h>

#include <sstream>

#include "amt/record/metrics.hpp"
#include "support/temporary_folder.hpp"

namespace amt {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

TEST(MetricsCsv, HasALinePerStepIncludingItsValidation) {
  const test::TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "metrics.jsonl";
  {
    MetricsFile file(path, 0, 0);
    file.write(StepMetrics{.step = 0, .loss = 7.5, .lr = 1e-3, .grad_norm = 2});
    file.write(StepMetrics{.step = 1, .loss = 6.25, .skipped = 1, .memory_bytes = 9});
    file.write(ValidationMetrics{1, 6.5});
  }
  const auto lines = lines_of(metrics_csv(path));
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0],
            "step,loss,valid_loss,lr,grad_norm,tokens_per_second,step_time_s,skipped,"
            "model_flops_per_second,mfu,memory_bytes");
  EXPECT_EQ(lines[1], "0,7.5,,0.001,2,0,0,0,0,,0");
  EXPECT_EQ(lines[2], "1,6.25,6.5,0,0,0,0,1,0,,9");
}

TEST(MetricsCsv, ARunWithoutStepsGivesOnlyTheHeader) {
  const test::TemporaryFolder folder;
  { MetricsFile file(folder.path() / "metrics.jsonl", 0, 0); }
  EXPECT_EQ(lines_of(metrics_csv(folder.path() / "metrics.jsonl")).size(), 1u);
}

}  // namespace
}  // namespace amt
