// Tests of the model other than its numerical results: memory, waiting, refreshed weights, padding,
// refusals.
#include "amt/base/error.hpp"
#include "amt/cpu/cpu_ops.hpp"
#include "amt/model/decoder.hpp"
#include "amt/ops/buffer.hpp"
#include "model_support.hpp"
#include "recording_ops.hpp"
#include "support/refusal.hpp"

namespace amt {
namespace {

using namespace test;

TEST(Model, EstimateEqualsTheAllocation) {
  const auto cpu = make_cpu_ops(1);
  for (const Purpose purpose : {Purpose::kTraining, Purpose::kInference}) {
    for (const bool checkpointing : {false, true}) {
      ModelConfig config = small_config();
      config.gradient_checkpointing = checkpointing;
      RecordingOps ops(*cpu);
      const Model model(ops, config, 3, purpose);
      EXPECT_EQ(Model::estimate_bytes(config, 3, ops.activation_bytes(), purpose), ops.allocated);
    }
  }
}

TEST(Model, EstimateOfADecoderEqualsItsAllocation) {
  const auto cpu = make_cpu_ops(1);
  RecordingOps ops(*cpu);
  const ModelConfig config = small_config();
  Model model(ops, config, 1);
  for (const int rows : {1, 3, static_cast<int>(config.seq_len) + 1}) {
    const std::size_t before = ops.allocated;
    const Decoder decoder(model, rows);
    EXPECT_EQ(Decoder::estimate_bytes(config, rows, ops.activation_bytes()),
              ops.allocated - before);
  }
}

TEST(Model, InferenceNeedsLessThanHalfTheMemoryOfTraining) {
  const ModelConfig
      small;  // GPT-2 small; one row is the worst case, because most of it is parameters
  for (const int rows : {1, 8}) {
    EXPECT_LT(2 * Model::estimate_bytes(small, rows, 4, Purpose::kInference),
              Model::estimate_bytes(small, rows, 4, Purpose::kTraining));
  }
}

TEST(Model, InferenceGivesTheSameBitsAsATrainingModel) {
  const auto ops = make_cpu_ops(2);
  const ModelConfig config = small_config();
  const auto tokens = random_rows(config, 2);
  std::vector<std::vector<float>> losses;
  for (const Purpose purpose : {Purpose::kTraining, Purpose::kInference}) {
    Model model(*ops, config, 2, purpose);
    model.set_parameters(lively_parameters(config));
    losses.emplace_back(2 * (std::size_t(config.seq_len) - 1));
    model.losses(tokens, 2, losses.back());
  }
  EXPECT_EQ(losses[0], losses[1]);
}

TEST(Model, AModelForInferenceRefusesTraining) {
  const auto ops = make_cpu_ops(1);
  const ModelConfig config = small_config();
  Model model(*ops, config, 1, Purpose::kInference);
  EXPECT_EQ(model.gradients(), nullptr);
  EXPECT_THROW(model.forward_backward(random_rows(config, 1), 1, 1, {}), std::logic_error);
  EXPECT_THROW(model.zero_gradients(), std::logic_error);
  EXPECT_THROW(model.take_loss(), std::logic_error);
}

TEST(Model, CheckpointingNeedsLessMemory) {
  ModelConfig config;
  const std::size_t all = Model::estimate_bytes(config, 8, 4);
  config.gradient_checkpointing = true;
  EXPECT_LT(Model::estimate_bytes(config, 8, 4), all / 2);
}

TEST(Model, AStepDoesNotWait) {
  const auto cpu = make_cpu_ops(1);
  RecordingOps ops(*cpu);
  const ModelConfig config = small_config();
  Model model(ops, config, 2);
  for (int micro_batch = 0; micro_batch < 3; ++micro_batch) {
    model.forward_backward(random_rows(config, 2), 2, 1, {}, [](std::int64_t, std::int64_t) {});
  }
  model.zero_gradients();
  EXPECT_EQ(ops.waits, 0);
}

TEST(Model, WeightsAreRefreshedAfterEachChangeAndOnlyThen) {
  const auto cpu = make_cpu_ops(1);
  RecordingOps ops(*cpu);
  const ModelConfig config = small_config();
  Model model(ops, config, 1);
  const auto tokens = random_rows(config, 1);
  std::vector<float> losses(std::size_t(config.seq_len) - 1);
  model.set_parameters(lively_parameters(config));
  model.forward_backward(tokens, 1, 1, {});
  model.forward_backward(tokens, 1, 1, {});
  model.losses(tokens, 1, losses);
  EXPECT_EQ(ops.refreshed, 1);
  ops.zero(model.parameters(), sizeof(float));
  model.losses(tokens, 1, losses);
  EXPECT_EQ(ops.refreshed, 2);
}

/// Computes twice: with all parameters in place, and with each part of them written to the device
/// only when the model asks for it, over numbers that would spoil the result.
void check_arrival(Ops& ops) {
  const ModelConfig config = small_config();
  const auto tokens = random_rows(config, 1);
  const std::vector<float> values = lively_parameters(config), nans(values.size(), NAN);
  Model expected(ops, config, 1), model(ops, config, 1);
  expected.set_parameters(values);
  expected.forward_backward(tokens, 1, 1, {});
  model.set_parameters(values);
  model.forward_backward(tokens, 1, 1, {});  // weights can only be received once they were there
  model.take_loss();
  model.zero_gradients();
  float* const device = model.parameters();
  ops.to_device(device, nans.data(), nans.size() * sizeof(float));
  std::vector<std::int64_t> ends = {0};
  const auto arrive = [&](std::int64_t end) {
    const std::int64_t begin = ends.back();
    ops.to_device(device + begin, values.data() + begin,
                  static_cast<std::size_t>(end - begin) * sizeof(float));
    ends.push_back(end);
  };
  model.receive_parameters(arrive);
  model.forward_backward(tokens, 1, 1, {});
  EXPECT_EQ(model.take_loss(), expected.take_loss());
  std::vector<float> gradients(values.size()), expected_gradients(values.size());
  model.get_gradients(gradients);
  expected.get_gradients(expected_gradients);
  EXPECT_EQ(gradients, expected_gradients);
  EXPECT_EQ(ends.size(), 1u + 2 + config.num_layers) << "embeddings, blocks, the last layer norm";
  EXPECT_TRUE(std::ranges::is_sorted(ends));
  EXPECT_EQ(ends.back(), model.layout().total());

  ops.to_device(device, nans.data(), nans.size() * sizeof(float));
  ends = {0};
  model.receive_parameters(arrive);
  std::vector<float> all(values.size());
  model.get_parameters(all);
  EXPECT_EQ(all, values);
  EXPECT_EQ(ends.size(), 2u) << "all at once";
}

TEST(Model, ReadsParametersOnlyWhenTheyHaveArrived) {
  check_arrival(*make_cpu_ops(2));
  if (bf16_support() != Bf16Support::kNone) check_arrival(*make_cpu_ops(2, Precision::kBf16));
}

TEST(Model, AdamWRefreshesTheWeightsThatItChanges) {
  if (bf16_support() == Bf16Support::kNone) GTEST_SKIP() << "this CPU has no bf16 instructions";
  const auto cpu = make_cpu_ops(1, Precision::kBf16);
  RecordingOps ops(*cpu);
  const ModelConfig config = small_config();
  Model model(ops, config, 1);
  const auto tokens = random_rows(config, 1);
  std::vector<float> losses(std::size_t(config.seq_len) - 1);
  const auto now = [&] {
    model.losses(tokens, 1, losses);
    return losses;
  };
  model.set_parameters(lively_parameters(config));
  const auto before = now();
  model.forward_backward(tokens, 1, 1, {});
  const Dim n = model.layout().total();
  Buffer first = Buffer::floats(ops, n), second = Buffer::floats(ops, n);
  first.zero();
  second.zero();
  ops.run(AdamW{.parameters = model.parameters_for_update(),
                .first_moment = first.as<float>(),
                .second_moment = second.as<float>(),
                .gradients = model.gradients(),
                .n = n,
                .step = {.learning_rate = 0.01}});
  const auto after = now();
  EXPECT_NE(after, before);
  EXPECT_EQ(ops.refreshed, 1);
  ops.zero(model.parameters(), 0);
  EXPECT_EQ(now(), after);
  EXPECT_EQ(ops.refreshed, 2);
}

// Tests of gradients would not notice layers that share a mask.
TEST(Model, EveryLayerAndSiteHasItsOwnMask) {
  const auto cpu = make_cpu_ops(1);
  RecordingOps ops(*cpu);
  const ModelConfig config = small_config();
  Model model(ops, config, 2);
  model.forward_backward(random_rows(config, 2), 2, 1, {.seed = 4, .step = 5, .first_row = 6});
  std::vector<std::pair<DropoutSite, std::uint32_t>> places;
  for (const Dropout& d : ops.masks) {
    places.emplace_back(d.site, d.layer);
    EXPECT_EQ(d.rate, d.site == DropoutSite::kEmbedding ? 0.2 : 0.3);
    EXPECT_EQ(std::tuple(d.seed, d.step, d.first_row, d.seq_len), std::tuple(4u, 5u, 6u, 12));
  }
  const auto a = DropoutSite::kAttention, m = DropoutSite::kMlp;
  const std::vector<std::pair<DropoutSite, std::uint32_t>> expected{
      {DropoutSite::kEmbedding, 0}, {a, 0}, {m, 0}, {a, 1}, {m, 1}, {a, 2}, {m, 2}};
  EXPECT_EQ(places, expected);
}

TEST(Model, TheEmbeddingsGradientReceivesTheTokens) {
  const auto cpu = make_cpu_ops(1);
  RecordingOps ops(*cpu);
  const ModelConfig config = small_config();
  Model model(ops, config, 2);
  const auto tokens = random_rows(config, 2);
  model.forward_backward(tokens, 2, 1, {});
  EXPECT_EQ(ops.host_tokens, tokens);
}

TEST(Model, LossesSumToTheTrainingLossWithoutDropout) {
  const auto ops = make_cpu_ops(1);
  ModelConfig config = small_config();
  config.embed_pdrop = config.resid_pdrop = 0;
  Model model(*ops, config, 3);
  model.set_parameters(lively_parameters(config));
  const auto tokens = random_rows(config, 3);
  std::vector<float> losses(std::size_t(3 * (config.seq_len - 1)));
  model.losses(tokens, 3, losses);
  model.forward_backward(tokens, 3, 0.5f, {});
  double sum = 0;
  for (const float loss : losses) sum += 0.5 * double(loss);
  EXPECT_NEAR(model.take_loss(), sum, 1e-6 * sum);
  EXPECT_EQ(model.take_loss(), 0);
}

TEST(Model, EvaluationHasNoDropout) {
  const auto ops = make_cpu_ops(1);
  ModelConfig off = small_config();
  off.embed_pdrop = off.resid_pdrop = 0;
  const auto tokens = random_rows(off, 2);
  const auto losses = [&](const ModelConfig& config) {
    Model model(*ops, config, 2);
    model.set_parameters(lively_parameters(config));
    std::vector<float> out(std::size_t(2 * (config.seq_len - 1)));
    model.losses(tokens, 2, out);
    return out;
  };
  EXPECT_EQ(losses(small_config()), losses(off));
}

TEST(Model, PaddedRowsStayZeroThroughTraining) {
  const auto ops = make_cpu_ops(1);
  const ModelConfig config = small_config();
  Model model(*ops, config, 2);
  std::vector<float> p = lively_parameters(config);
  model.set_parameters(p);
  const Dim total = model.layout().total();
  Buffer m = Buffer::floats(*ops, total), v = Buffer::floats(*ops, total);
  m.zero();
  v.zero();
  for (int update = 1; update <= 3; ++update) {
    model.zero_gradients();
    model.forward_backward(random_rows(config, 2, std::uint64_t(update)), 2, 1, {});
    ops->run(AdamW{.parameters = model.parameters(),
                   .first_moment = m.as<float>(),
                   .second_moment = v.as<float>(),
                   .gradients = model.gradients(),
                   .n = total,
                   .step = {.learning_rate = 0.1, .weight_decay = 0.1, .update = update}});
  }
  model.get_parameters(p);
  double padding = 0;
  std::int64_t end = 0;
  for (const ParameterInfo& info : model.layout().all()) {
    for (std::int64_t i = end; i < info.offset; ++i) padding += std::abs(p[i]);
    end = info.offset + info.size;
  }
  EXPECT_EQ(padding, 0);
  EXPECT_NE(p, lively_parameters(config));
}

TEST(Model, RefusesInvalidBatches) {
  constexpr auto refusal = test::refusal<Error>;
  const auto ops = make_cpu_ops(1);
  const ModelConfig config = small_config();
  Model model(*ops, config, 2);
  auto tokens = random_rows(config, 2);
  tokens[15] = 37;
  EXPECT_EQ(refusal([&] { model.forward_backward(tokens, 2, 1, {}); }),
            "token 37 at position 3 of row 1 is outside the vocabulary of 37: is the dataset of "
            "another encoding?");
  EXPECT_NE(refusal([&] { model.forward_backward(random_rows(config, 3), 3, 1, {}); }), "");
  EXPECT_NE(refusal([&] { model.forward_backward(random_rows(config, 1), 2, 1, {}); }), "");
  EXPECT_NE(refusal([&] { model.set_parameters(std::vector<float>(10)); }), "");
}

}  // namespace
}  // namespace amt
