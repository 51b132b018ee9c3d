#include "amt/train/evaluation.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <csignal>

#include "amt/base/signals.hpp"
#include "amt/ops/cpu_ops.hpp"
#include "tiny_training.hpp"

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

  /// Losses of one row by the model alone.
  std::vector<float> losses(std::uint64_t row) {
    std::vector<Token> tokens(12);
    rows_.read(row, 1, tokens);
    std::vector<float> out(11);
    model_.losses(tokens, 1, out);
    return out;
  }

  ModelConfig config_ = test::tiny_model();
  std::unique_ptr<Ops> ops_ = make_cpu_ops(1);
  std::unique_ptr<Reducer> reducer_ = make_single_reducer();
  Gpt2 model_{*ops_, config_, 4};
  test::MemoryRows rows_ = test::make_rows(3, 10, config_);
};

TEST_F(EvaluationTest, IsTheMeanByKindOfToken) {
  std::array<double, 3> nats = {}, tokens = {};
  for (const std::uint64_t row : {0, 3, 6, 9}) {
    const std::vector<float> ce = losses(row);
    for (std::size_t i = 1; i <= ce.size(); ++i) {  // ce[i - 1] predicts token i
      const std::size_t kind = i % 3 == 1 ? 0 : i % 3 == 2 ? 1 : 2;
      nats[kind] += static_cast<double>(ce[i - 1]);
      tokens[kind] += 1;
    }
  }
  const auto sums = evaluate(model_, *reducer_, rows_, {3, 0}, 4);
  ASSERT_TRUE(sums);
  EXPECT_EQ(sums->tokens, tokens);
  for (std::size_t kind = 0; kind < 3; ++kind) {
    EXPECT_NEAR(sums->mean(kind), nats[kind] / tokens[kind], 1e-6);
  }
  EXPECT_NEAR(sums->mean(), (nats[0] + nats[1] + nats[2]) / 44, 1e-6);
}

TEST_F(EvaluationTest, MicroBatchDoesNotMatter) {
  const double expected = evaluate(model_, *reducer_, rows_, {}, 1)->mean();
  for (const int micro : {2, 3, 4}) {
    EXPECT_NEAR(evaluate(model_, *reducer_, rows_, {}, micro)->mean(), expected, 1e-6);
  }
}

TEST_F(EvaluationTest, MayBeLimited) {
  EXPECT_EQ(evaluate(model_, *reducer_, rows_, {1, 4}, 3)->tokens[0], 4 * 4);
  EXPECT_EQ((RowSelection{10, 0}.count(21)), 3u);
  EXPECT_EQ((RowSelection{1, 0}.count(0)), 0u);
  EXPECT_EQ((RowSelection{1, 100}.count(21)), 21u);
}

TEST_F(EvaluationTest, StopsOnASignal) {
  set_stop_signal(SIGTERM);
  EXPECT_FALSE(evaluate(model_, *reducer_, rows_, {}, 4));
}

TEST_F(EvaluationTest, TokenFrequenciesAlone) {
  const test::MemoryRows train(4, {9, 1, 1, 2, 9, 1, 2, 3});  // predicted: 1 1 2 1 2 3
  const test::MemoryRows evaluated(4, {0, 1, 2, 4});
  const double expected = -(std::log(4.0 / 11) + std::log(3.0 / 11) + std::log(1.0 / 11)) / 3;
  EXPECT_NEAR(unigram_loss(*reducer_, train, evaluated, {}, 5), expected, 1e-12);
}

TEST_F(EvaluationTest, BitsPerSecond) {
  EXPECT_NEAR(bits_per_second(std::log(2.0), 300, 100), 3.0, 1e-12);
}

}  // namespace
}  // namespace amt
