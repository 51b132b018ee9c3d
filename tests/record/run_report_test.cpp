#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/record/recorder.hpp"
#include "amt/record/report.hpp"
#include "src/trainer/describe_run.hpp"
#include "support/temporary_folder.hpp"

namespace amt {
namespace {

int times(const std::string& text, const std::string& part) {
  int count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

bool contains(const std::string& text, const std::string& part) { return times(text, part) > 0; }

StepMetrics at(std::int64_t step) {
  StepMetrics m;
  m.step = step;
  m.loss = 3 + 8 * std::exp(-0.001 * static_cast<double>(step));
  m.lr = 1e-3;
  m.grad_norm = 1;
  m.tokens_per_second = 5000;
  m.step_time_s = 0.5;
  m.model_flops_per_second = 7e12;
  m.memory_bytes = 3 << 20;
  return m;
}

RunHistory history_of(std::int64_t steps) {
  RunHistory history;
  for (std::int64_t step = 0; step < steps; ++step) {
    history.add(at(step));
    if (step % 1000 == 999)
      history.add(ValidationMetrics{step, 4.0 - 1e-6 * static_cast<double>(step)});
  }
  return history;
}

RunFacts facts() {
  OptimizerOptions optimizer;
  TrainerOptions trainer;
  trainer.run_dir = "runs/<b>&";
  trainer.num_train_steps = 200000;
  trainer.train_batch_size = 4;
  return describe_run(ModelConfig(), trainer, optimizer, {"d", "arrival", "0123", 77, 5}, 2, "CPU");
}

TEST(RunReport, ALongRunGivesASmallSelfContainedPage) {
  const std::string html = run_report_html(facts(), history_of(100000));
  EXPECT_LT(html.size(), 60000u);
  for (const char* outside : {"http", "src=", "href", "<script", "@import", "url(", "nan", "inf"}) {
    EXPECT_FALSE(contains(html, outside)) << outside;
  }
  EXPECT_EQ(times(html, "<svg"), 4);
  EXPECT_EQ(times(html, "</svg>"), 4);
  EXPECT_TRUE(contains(html, "the mean of 512 steps"));
  EXPECT_TRUE(contains(html, "prefers-color-scheme: dark"));
}

TEST(RunReport, TheTableShowsTheRunsState) {
  RunHistory history = history_of(5000);
  StepMetrics last = at(5000);
  last.mfu = 0.4251;
  last.skipped = 3;
  history.add(last);
  const std::string html = run_report_html(facts(), history);
  for (const char* expected :
       {"<td>steps done</td><td>5,001 of 200,000</td>", "<td>tokens seen</td><td>20,484,096</td>",
        "<td>steps skipped</td><td>3</td>", "<td>loss of the last step</td><td>3.0539</td>",
        "<td>last validation loss</td><td>3.9950 after step 5000</td>",
        "<td>model GFLOP/s, last step</td><td>7,000</td>",
        "<td>model FLOPs utilisation, last step</td><td>42.5%</td>",
        "<td>peak memory, rank 0</td><td>3.00 MiB</td>", "<td>parameters</td><td>128,10",
        "runs/&lt;b&gt;&amp;", "<td>training rows</td><td>77</td>"}) {
    EXPECT_TRUE(contains(html, expected)) << expected;
  }
}

TEST(RunReport, NamesTheRunAndLabelsItsCurves) {
  RunFacts run = facts();
  run.facts[0][1] = "runs/my <run>/";
  run.unigram_loss = 6.25;
  const std::string html = run_report_html(run, history_of(5000));
  for (const char* expected :
       {"<title>Training run: my &lt;run&gt; - amt</title>",
        "<h1>Training run: my &lt;run&gt;</h1>", "<td>epochs</td><td>259.74</td>",
        "<td>loss of the token-frequency baseline</td><td>6.2500</td>",
        "<td>total step time</td><td>41 min 40 s</td>", ">training<", ">validation<",
        ">token-frequency baseline<", ">loss, nats per token<", ">learning rate<",
        ">gradient norm<", ">tokens per second<"}) {
    EXPECT_TRUE(contains(html, expected)) << expected << '\n' << html.substr(0, 4000);
  }
  EXPECT_EQ(times(html, "<line class=\"level\""), 2) << "in the chart and in its legend";
  EXPECT_EQ(times(html, ">step (19 per epoch)<"), 4) << "on each chart's axis";
  EXPECT_TRUE(contains(loss_figure_svg(run, history_of(5)), ">Training run: my &lt;run&gt;<"));
}

TEST(RunReport, TheBaselineStaysWithinTheChart) {
  RunHistory history;
  history.add(at(0));
  history.add(at(1));
  RunFacts run;
  run.unigram_loss = 20;  // above all losses, so drawn at the top of the plot
  EXPECT_TRUE(contains(loss_figure_svg(run, history),
                       "<line class=\"level\" x1=\"64.0\" x2=\"744.0\" "
                       "y1=\"36.0\""));
  EXPECT_FALSE(contains(loss_figure_svg({}, history), "<line class=\"level\""));
}

TEST(RunReport, AnEmptyRunIsNotAnError) {
  EXPECT_TRUE(contains(run_report_html({}, {}), "No steps completed yet"));
  RunHistory one;
  one.add(at(0));
  EXPECT_EQ(times(run_report_html({}, one), "<svg"), 4);
  RunHistory bad;
  StepMetrics m = at(0);
  m.loss = m.grad_norm = std::numeric_limits<double>::quiet_NaN();
  bad.add(m);
  EXPECT_EQ(times(run_report_html({}, bad), "<svg"), 2);
  EXPECT_TRUE(contains(loss_figure_svg({}, {}), "</svg>"));
}

TEST(RunReport, LowerLossesAreLowerAndLaterStepsFurtherRight) {
  RunHistory history;
  for (const std::int64_t step : {0, 1}) {
    StepMetrics m = at(step);
    m.loss = step == 0 ? 8 : 2;
    history.add(m);
  }
  // The plot is 680 x 190 pixels, below the title and to the right of the labels.
  EXPECT_TRUE(contains(loss_figure_svg({}, history), "points=\"64.0,36.0 744.0,226.0 \""))
      << loss_figure_svg({}, history);
}

TEST(RunReport, ShowsTheCostOfCrashes) {
  RunFacts run = facts();
  run.starts = {3, 120, 60, 40};
  const std::string html = run_report_html(run, history_of(600));  // 300 s
  for (const char* expected :
       {"<td>starts</td><td>3</td>", "<td>steps lost in crashes, time</td><td>120, 1 min 00 s</td>",
        "<td>time until the first step, all starts</td><td>40 s</td>", "<td>75.0%</td>"}) {
    EXPECT_TRUE(contains(html, expected)) << expected << '\n' << html.substr(0, 4000);
  }
  EXPECT_EQ(RunStarts().goodput(0), std::nullopt);
}

TEST(RunRecorder, CountsStartsAndLostSteps) {
  const test::TemporaryFolder folder;
  const RunPaths paths(folder.path());
  std::int64_t next_step = 0;
  for (const std::int64_t steps : {10, 4}) {  // the first process ends 7 steps after its checkpoint
    RunFacts run = facts();
    add_start(run, {}, next_step, read_run_facts(paths.facts()));
    RunRecorder recorder(paths, run, next_step, 0);
    for (std::int64_t i = 0; i < steps; ++i) recorder.write(at(next_step + i));
    recorder.count_start(1.5);
    next_step = 3;
    const std::string text = read_text(paths.metrics());  // a line that is there twice is not lost
    write_file_atomically(paths.metrics(), text.substr(0, text.find('\n') + 1) + text);
  }
  const RunFacts read = read_run_facts(paths.facts());
  EXPECT_EQ(read.starts.starts, 2);
  EXPECT_EQ(read.starts.lost_steps, 7);
  EXPECT_EQ(read.starts.lost_seconds, 3.5);
  EXPECT_EQ(read.starts.starting_seconds, 3);
  EXPECT_EQ(read.goodput, 3.5 / 10);  // 7 steps of half a second
}

TEST(RunHistory, ReadsTheOutputOfMetricsFile) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "metrics.jsonl";
  {
    MetricsFile file(path, 0, 0);
    for (std::int64_t step = 0; step < 3; ++step) file.write(at(step));
    file.write(ValidationMetrics{2, 4.5});
  }
  // A line of an older version, and a truncated one.
  write_file_atomically(path, read_text(path) + "{\"step\":3,\"loss\":2.5}\n{\"step\":4,\"lo");
  testing::internal::CaptureStderr();
  const RunHistory history = read_history(path);
  EXPECT_TRUE(contains(testing::internal::GetCapturedStderr(), "1 line of"));
  EXPECT_EQ(history.loss.bins().size(), 4u);
  EXPECT_EQ(history.loss.bins()[1].value(), at(1).loss);
  EXPECT_EQ(history.tokens_per_second.bins().size(), 3u);
  EXPECT_EQ(history.last_step->step, 3);
  EXPECT_EQ(history.last_step->memory_bytes, 0u);
  EXPECT_EQ(history.last_validation->loss, 4.5);
  EXPECT_THROW(read_history(folder.path() / "none"), Error);
}

TEST(RunFacts, RoundTrip) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "run.json";
  EXPECT_TRUE(read_run_facts(path).facts.empty());
  RunFacts written = facts();
  written.unigram_loss = 6.5;
  written.starts = {3, 70, 12.5, 4.25};
  written.goodput = 0.75;
  written.facts[0][1] = "\xFF";  // folder names may contain any bytes
  written.set("command", std::string(20000, 'x'));
  write_file_atomically(path, to_json(written));
  const RunFacts read = read_run_facts(path);
  EXPECT_EQ(read.tokens_per_step, 4096);
  EXPECT_EQ(read.num_train_steps, 200000);
  EXPECT_EQ(read.tokens_per_epoch, 77 * 1024);
  EXPECT_EQ(read.unigram_loss, 6.5);
  EXPECT_EQ(read.starts.starts, 3);
  EXPECT_EQ(read.starts.lost_steps, 70);
  EXPECT_EQ(read.starts.lost_seconds, 12.5);
  EXPECT_EQ(read.starts.starting_seconds, 4.25);
  EXPECT_EQ(read.goodput, 0.75);
  EXPECT_EQ(read.facts.size(), written.facts.size());
  EXPECT_EQ(read.facts[2], written.facts[2]);
  EXPECT_EQ(read.text("command").size(), 20000u);
  for (const char* wrong : {"{", "[]", "{\"format\":\"amt-run\",\"version\":2}"}) {
    write_file_atomically(path, wrong);
    EXPECT_THROW(read_run_facts(path), Error) << wrong;
  }
}

}  // namespace
}  // namespace amt
