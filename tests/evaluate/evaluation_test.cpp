#include "amt/evaluate/evaluation.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <csignal>

#include "amt/cpu/cpu_ops.hpp"
#include "amt/process/signals.hpp"
#include "src/evaluate/csv.hpp"
#include "support/tiny_training.hpp"

namespace amt {
namespace {

class EvaluationTest : public testing::Test {
 protected:
  EvaluationTest() {
    std::vector<float> values(static_cast<std::size_t>(model_.layout().total()));
    initialise_parameters(config_, model_.layout(), 5, values);
    for (float& value : values) value *= 5;  // so that losses differ from token to token
    model_.set_parameters(values);
  }
  ~EvaluationTest() override { set_stop_signal(0); }

  /// Returns the losses of one row, computed by the model directly.
  std::vector<float> losses(std::uint64_t row) {
    std::vector<Token> tokens(12);
    rows_.read(row, 1, tokens);
    std::vector<float> out(11);
    model_.losses(tokens, 1, out);
    return out;
  }

  ModelConfig config_ = test::tiny_model();
  std::unique_ptr<Ops> ops_ = make_cpu_ops(1);
  mpi::Communicator self_ = mpi::Communicator::self();
  Model model_{*ops_, config_, 4};
  test::MemoryRows rows_ = test::make_rows(3, 10, config_);
};

TEST_F(EvaluationTest, ComputesTheMeanPerKindOfToken) {
  std::vector<double> nats(3), tokens(3);
  for (const std::uint64_t row : {0, 3, 6, 9}) {
    const std::vector<float> ce = losses(row);
    for (std::size_t i = 1; i <= ce.size(); ++i) {  // ce[i - 1] predicts token i
      const std::size_t kind = i % 3 == 1 ? 0 : i % 3 == 2 ? 1 : 2;
      nats[kind] += static_cast<double>(ce[i - 1]);
      tokens[kind] += 1;
    }
  }
  const auto sums = evaluate(model_, self_, rows_, {3, 0}, 4);
  ASSERT_TRUE(sums);
  EXPECT_EQ(sums->tokens, tokens);
  for (std::size_t kind = 0; kind < 3; ++kind) {
    EXPECT_NEAR(sums->mean(kind), nats[kind] / tokens[kind], 1e-6);
  }
  EXPECT_NEAR(sums->mean(), (nats[0] + nats[1] + nats[2]) / 44, 1e-6);
}

TEST_F(EvaluationTest, DoesNotDependOnTheMicroBatch) {
  const double expected = evaluate(model_, self_, rows_, {}, 1)->mean();
  for (const int micro : {2, 3, 4}) {
    EXPECT_NEAR(evaluate(model_, self_, rows_, {}, micro)->mean(), expected, 1e-6);
  }
}

TEST_F(EvaluationTest, CanBeLimitedToSomeRows) {
  EXPECT_EQ(evaluate(model_, self_, rows_, {1, 4}, 3)->tokens[0], 4 * 4);
  EXPECT_EQ((RowSelection{10, 0}.count(21)), 3u);
  EXPECT_EQ((RowSelection{1, 0}.count(0)), 0u);
  EXPECT_EQ((RowSelection{1, 100}.count(21)), 21u);
}

TEST_F(EvaluationTest, StopsOnASignal) {
  set_stop_signal(SIGTERM);
  EXPECT_FALSE(evaluate(model_, self_, rows_, {}, 4));
}

TEST_F(EvaluationTest, ComputesTheTokenFrequencyBaseline) {
  const test::MemoryRows train(4, {9, 1, 1, 2, 9, 1, 2, 3});  // predicted tokens: 1 1 2 1 2 3
  const test::MemoryRows evaluated(4, {0, 1, 2, 4});
  const double expected = -(std::log(4.0 / 11) + std::log(3.0 / 11) + std::log(1.0 / 11)) / 3;
  EXPECT_NEAR(unigram_loss(self_, train, evaluated, {}, 5), expected, 1e-12);
  EXPECT_NEAR(unigram_loss_of_run(train, &evaluated, 5), expected, 1e-12);
  EXPECT_NEAR(unigram_loss_of_run(train, nullptr, 5), unigram_loss(self_, train, train, {}, 5),
              1e-12);
}

TEST_F(EvaluationTest, ComputesBitsPerSecond) {
  EXPECT_NEAR(bits_per_second(std::log(2.0), 300, 100), 3.0, 1e-12);
}

/// Returns sums with mean losses 1, 0.5 and 0.25 for onsets, durations and notes.
LossSums round_sums() { return {{341, 170.5, 85.25}, {341, 341, 341}}; }

Manifest manifest_of(const Encoding& encoding) {
  Manifest manifest;
  manifest.encoding = &encoding;
  manifest.augment = 10;
  for (const Split split : kSplits) {
    manifest.split(split).rows = 20;
    manifest.split(split).seconds_of_music = 100;
  }
  return manifest;
}

TEST(EvaluationMetrics, MatchThePapersFormulas) {
  const auto metrics = derive_metrics(round_sums(), manifest_of(kArrival), Split::kTest);
  EXPECT_NEAR(metrics.loss, 0.5833333333, 1e-9);                           // (1 + 0.5 + 0.25) / 3
  EXPECT_NEAR(metrics.perplexities->event, 5.7546026760, 1e-9);            // e^1.75
  EXPECT_NEAR(metrics.perplexities->fields[0].value, 2.7182818285, 1e-9);  // e
  EXPECT_NEAR(metrics.perplexities->fields[1].value, 1.6487212707, 1e-9);
  EXPECT_NEAR(metrics.perplexities->fields[2].value, 1.2840254167, 1e-9);
  EXPECT_NEAR(*metrics.bps, 172.18565313, 1e-6);  // 0.58333 / ln 2 x 20 x 1023 / 100
}

TEST(EvaluationMetrics, AugmentedCopiesCountAsMusic) {
  const auto metrics = derive_metrics(round_sums(), manifest_of(kArrival), Split::kTrain);
  EXPECT_NEAR(*metrics.bps, 17.218565313, 1e-7);
}

TEST(EvaluationCsv, ColumnsWithoutAValueAreEmpty) {
  EvaluationRecord record;
  record.folder = "a, \"b\"";
  record.split = Split::kValid;
  record.rows = 7;
  record.unigram_loss = 6.5;
  Manifest manifest = manifest_of(kInterarrival);
  manifest.split(Split::kValid).seconds_of_music = 0;
  record.metrics = derive_metrics(round_sums(), manifest, Split::kValid);
  EXPECT_EQ(to_csv(record), "\"a, \"\"b\"\"\",,valid,7,0.583333333,,,,,,6.5\n");
}

TEST(EvaluationCsv, HeaderNamesTheColumnsInOrder) {
  EXPECT_EQ(evaluation_csv_header(),
            "checkpoint,step,split,rows,loss,bps,event_ppl,onset_ppl,duration_ppl,note_ppl,"
            "unigram_loss\n");
  EvaluationRecord record;
  record.folder = "run/checkpoints/step-000008";
  record.step = 8;
  record.rows = 20;
  record.unigram_loss = 6.5;
  record.metrics = {1.5, 80.25, Perplexities{15, {{"onset", 1.5}, {"duration", 4}, {"note", 2.5}}}};
  EXPECT_EQ(to_csv(record), "run/checkpoints/step-000008,8,test,20,1.5,80.25,15,1.5,4,2.5,6.5\n");
}

}  // namespace
}  // namespace amt
