#include "amt/record/comparison.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "amt/base/files.hpp"
#include "amt/record/metrics.hpp"
#include "support/temporary_folder.hpp"

namespace amt {
namespace {

/// Records two steps; the given losses are those of the validations.
void record(const RunPaths& run, double first, double second) {
  make_folders(run.run());
  MetricsFile file(run.metrics(), 0, 0);
  file.write(StepMetrics{.step = 0, .loss = 7.5});
  file.write(ValidationMetrics{0, first});
  file.write(StepMetrics{.step = 1, .loss = second + 0.5});
  file.write(ValidationMetrics{1, second});
}

TEST(Comparison, HasARowAndACurveForEachRun) {
  const test::TemporaryFolder folder;
  const SweepPaths sweep{folder.path()};
  std::vector<ComparedRun> runs;
  for (const char* value : {"1e-3", "2e-3", "4e-3", "8e-3"}) {
    runs.push_back({value, sweep.run("learning_rate", value)});
  }
  record(runs[0].run, 5.75, 6);
  record(runs[1].run, 5, 4.75);
  record(runs[2].run, 6.25, std::numeric_limits<double>::quiet_NaN());
  const std::string text = compare_runs(sweep, "trainer.learning_rate", runs);
  EXPECT_EQ(read_text(sweep.table()),
            "trainer.learning_rate,steps,loss,valid_loss,best_valid_loss,best_step\n"
            "1e-3,2,6.5,6,5.75,1\n"
            "2e-3,2,5.25,4.75,4.75,2\n"
            "4e-3,2,,,6.25,1\n"
            "8e-3,,,,,\n");
  EXPECT_NE(text.find("\n2e-3                       2  5.25        4.75             4.75"),
            std::string::npos)
      << text;
  const std::string page = read_text(sweep.report());
  for (const char* part : {"stroke: #3182bd\" points=", "stroke: #e6701e\" points=", ">1e-3</text>",
                           ">2e-3</text>", "<td>4.75</td>", "Sweep over trainer.learning_rate"}) {
    EXPECT_NE(page.find(part), std::string::npos) << part;
  }
}

}  // namespace
}  // namespace amt
