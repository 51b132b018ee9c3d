// Models in published formats must give the recorded loss and logits. They were written by PyTorch
// (tests/tools/make_weights.py) or are in $AMT_GOLDEN_DIR.
#include "golden_weights.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "amt/cpu/cpu_ops.hpp"
#include "amt/model/model.hpp"
#include "amt/weights/hugging_face.hpp"

namespace amt {
namespace {

/// Returns the logits for the recorded tokens, [tokens, vocabulary].
std::vector<float> logits_of(HuggingFaceModel& source, const std::vector<Token>& tokens) {
  const auto ops = make_cpu_ops(2);
  Model model(*ops, source.config(), 1);
  std::vector<float> parameters(static_cast<std::size_t>(source.layout().total()));
  source.read(parameters);
  model.set_parameters(parameters);
  std::vector<Token> row = tokens;  // later tokens do not affect earlier positions
  row.resize(static_cast<std::size_t>(source.config().seq_len));
  const auto width = static_cast<std::size_t>(source.config().vocab_size);
  std::vector<float> logits(row.size() * width);
  model.logits(row, 1, logits);
  logits.resize(tokens.size() * width);
  return logits;
}

double mean_loss(const std::vector<float>& logits, const std::vector<Token>& tokens) {
  const std::size_t width = logits.size() / tokens.size();
  double loss = 0;
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    const auto row = std::span(logits).subspan(i * width, width);
    double sum = 0;
    for (const float logit : row) sum += std::exp(static_cast<double>(logit));
    loss += std::log(sum) - row[tokens[i + 1]];
  }
  return loss / static_cast<double>(tokens.size() - 1);
}

class GoldenWeights : public testing::TestWithParam<const char*> {};

TEST_P(GoldenWeights, GiveTheRecordedLossAndLogits) {
  const auto expected =
      nlohmann::json::parse(test::read_golden(test::golden_weights() / "expected.json"));
  const auto tokens = expected.at("tokens").get<std::vector<Token>>();
  HuggingFaceModel source(test::golden_weights() / GetParam());
  const std::vector<float> logits = logits_of(source, tokens);
  EXPECT_NEAR(mean_loss(logits, tokens), expected.at("nll_mean").get<double>(), 1e-5);
  const auto last = std::span(logits).last(logits.size() / tokens.size());
  const auto first = expected.at("last_logits_first_16").get<std::vector<double>>();
  for (std::size_t i = 0; i < first.size(); ++i) EXPECT_NEAR(last[i], first[i], 2e-5) << i;
  double sum = 0;
  for (const float logit : last) sum += logit;
  EXPECT_NEAR(sum, expected.at("last_logits_sum").get<double>(), 1e-2);
}

INSTANTIATE_TEST_SUITE_P(Forms, GoldenWeights, test::weight_forms(), test::name_of_form);

}  // namespace
}  // namespace amt
