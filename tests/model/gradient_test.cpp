// Tests the gradient of the complete model with dropout against finite differences, and that all
// ways to compute it agree.
#include <cstring>

#include "amt/cpu/cpu_ops.hpp"
#include "model_support.hpp"
#include "support/plain_ops.hpp"

namespace amt {
namespace {

using namespace test;

constexpr int kRows = 4;
constexpr DropoutKey kKey{.seed = 11, .step = 5, .first_row = 8};

struct Result {
  std::vector<float> gradients;
  double loss;
};

Result run(Ops& ops, const ModelConfig& config, const std::vector<Token>& tokens,
           const DropoutKey& key = kKey) {
  Model model(ops, config, kRows);
  model.set_parameters(lively_parameters(config));
  model.forward_backward(tokens, static_cast<int>(tokens.size()) / config.seq_len, 0.1f, key);
  return {gradients_of(model), model.take_loss()};
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

// Activations are fp64. Parameters are fp32, so the differences use the step that remains after
// rounding.
TEST(Gradient, AgreesWithFiniteDifferencesOfTheLoss) {
  ModelConfig config = small_config();
  const auto ops = test::make_plain_ops();
  const auto tokens = random_rows(config, kRows);
  Model model(*ops, config, kRows);
  std::vector<float> p = lively_parameters(config);
  const auto loss = [&] {
    model.set_parameters(p);
    model.forward_backward(tokens, kRows, 0.1f, kKey);
    return model.take_loss();
  };
  loss();
  const std::vector<float> gradients = gradients_of(model);
  std::mt19937_64 engine(4);
  for (const ParameterInfo& info : model.layout().all()) {
    double largest = 0;
    for (std::int64_t i = 0; i < info.size; ++i) {
      largest = std::max(largest, std::abs(double(gradients[info.offset + i])));
    }
    for (int sample = 0; sample < 6; ++sample) {
      float& value = p[info.offset + std::int64_t(engine() % std::uint64_t(info.size))];
      const float before = value, high = before + 1e-3f, low = before - 1e-3f;
      value = high;
      const double above = loss();
      value = low;
      const double numeric = (above - loss()) / (double(high) - double(low));
      value = before;
      EXPECT_NEAR(gradients[&value - p.data()], numeric, 1e-4 * largest + 1e-9) << info.name;
    }
  }
}

TEST(Gradient, CpuAgreesWithPlain) {
  for (const bool by_layer : {true, false}) {
    ModelConfig config = small_config();
    config.scale_attn_by_inverse_layer_idx = by_layer;
    const auto tokens = random_rows(config, kRows);
    const Result fast = run(*make_cpu_ops(2), config, tokens);
    const Result slow = run(*test::make_plain_ops(), config, tokens);
    EXPECT_LT(relative_distance(fast.gradients, slow.gradients), 2e-6);
    EXPECT_NEAR(fast.loss, slow.loss, 1e-6 * slow.loss);
  }
}

TEST(Gradient, CheckpointingGivesTheSameBits) {
  ModelConfig config = small_config();
  const auto tokens = random_rows(config, kRows);
  const auto ops = make_cpu_ops(2);
  const Result kept = run(*ops, config, tokens);
  config.gradient_checkpointing = true;
  const Result again = run(*ops, config, tokens);
  EXPECT_TRUE(same_bits(kept.gradients, again.gradients));
  EXPECT_EQ(kept.loss, again.loss);
}

TEST(Gradient, IsReproducibleBitForBit) {
  const ModelConfig config = small_config();
  const auto tokens = random_rows(config, kRows);
  const Result first = run(*make_cpu_ops(2), config, tokens);
  const Result second = run(*make_cpu_ops(2), config, tokens);
  EXPECT_TRUE(same_bits(first.gradients, second.gradients));
}

// 4 rows at once, or 1 + 3 accumulated, must have the same masks, and the same sums up to rounding.
TEST(Gradient, DoesNotDependOnTheMicroBatch) {
  const ModelConfig config = small_config();
  const auto tokens = random_rows(config, kRows);
  const auto ops = make_cpu_ops(1);
  const Result whole = run(*ops, config, tokens);
  Model model(*ops, config, 3);
  model.set_parameters(lively_parameters(config));
  const std::span<const Token> all(tokens);
  DropoutKey key = kKey;
  model.forward_backward(all.first(config.seq_len), 1, 0.1f, key);
  key.first_row += 1;
  model.forward_backward(all.subspan(config.seq_len), 3, 0.1f, key);
  EXPECT_LT(relative_distance(gradients_of(model), whole.gradients), 1e-6);
  EXPECT_NEAR(model.take_loss(), whole.loss, 1e-6 * whole.loss);
}

// bf16 must change the gradient only by rounding errors and the loss by less, reproducibly.
TEST(Gradient, Bf16IsCloseAndReproducible) {
  if (bf16_support() == Bf16Support::kNone) GTEST_SKIP() << "this CPU has no bf16 instructions";
  ModelConfig config = small_config();
  const auto tokens = random_rows(config, kRows);
  const auto ops = make_cpu_ops(2, Precision::kBf16);
  const Result fp32 = run(*make_cpu_ops(2), config, tokens), bf16 = run(*ops, config, tokens);
  EXPECT_LT(relative_distance(bf16.gradients, fp32.gradients), 0.02);
  EXPECT_GT(relative_distance(bf16.gradients, fp32.gradients), 1e-4);  // the precision must differ
  EXPECT_NEAR(bf16.loss, fp32.loss, 2e-3 * fp32.loss);
  config.gradient_checkpointing = true;
  const Result again = run(*ops, config, tokens);
  EXPECT_TRUE(same_bits(bf16.gradients, again.gradients));
  EXPECT_EQ(bf16.loss, again.loss);
}

TEST(Gradient, EveryPartOfTheDropoutKeyMatters) {
  const ModelConfig config = small_config();
  const auto tokens = random_rows(config, kRows);
  const auto ops = make_cpu_ops(1);
  const Result base = run(*ops, config, tokens);
  for (const DropoutKey& key : {DropoutKey{12, 5, 8}, DropoutKey{11, 6, 8}, DropoutKey{11, 5, 9}}) {
    EXPECT_GT(relative_distance(run(*ops, config, tokens, key).gradients, base.gradients), 0.1);
  }
}

// Each layer and each of its two dropout sites must have its own mask: with only resid_pdrop, a
// model whose layers shared masks would pass every other test.
TEST(Gradient, EachRateAloneCausesDropout) {
  ModelConfig off = small_config();
  off.embed_pdrop = off.resid_pdrop = 0;
  ModelConfig embed = off, resid = off;
  embed.embed_pdrop = 0.2;
  resid.resid_pdrop = 0.2;
  const auto tokens = random_rows(off, kRows);
  const auto ops = make_cpu_ops(1);
  const Result none = run(*ops, off, tokens);
  EXPECT_TRUE(same_bits(none.gradients, run(*ops, off, tokens, {99, 99, 99}).gradients));
  EXPECT_GT(relative_distance(run(*ops, embed, tokens).gradients, none.gradients), 0.1);
  EXPECT_GT(relative_distance(run(*ops, resid, tokens).gradients, none.gradients), 0.1);
}

TEST(Gradient, RangesAreReportedOnceInOrderAndStayFinal) {
  ModelConfig config = small_config();
  const auto tokens = random_rows(config, kRows);
  for (const bool checkpointing : {false, true}) {
    config.gradient_checkpointing = checkpointing;
    const auto ops = make_cpu_ops(1);
    Model model(*ops, config, kRows);
    model.set_parameters(lively_parameters(config));
    const std::size_t total = static_cast<std::size_t>(model.layout().total());
    std::vector<float> seen(total);
    std::vector<int> times(total);
    std::vector<std::int64_t> begins;
    model.forward_backward(tokens, kRows, 0.1f, kKey, [&](std::int64_t begin, std::int64_t end) {
      begins.push_back(begin);
      for (std::int64_t i = begin; i < end; ++i) {
        seen[i] = model.gradients()[i];
        ++times[i];
      }
    });
    EXPECT_EQ(times, std::vector<int>(total, 1));
    EXPECT_TRUE(same_bits(seen, gradients_of(model)));
    const auto& all = model.layout().all();
    const std::vector<std::int64_t> expected{all[38].offset, all[26].offset, all[14].offset,
                                             all[2].offset,  all[1].offset,  0};
    EXPECT_EQ(begins, expected);
  }
}

}  // namespace
}  // namespace amt
