// Tests the parameter layout, initial values, and the rules for the configuration.
#include "amt/base/error.hpp"
#include "amt/cpu/cpu_ops.hpp"
#include "model_support.hpp"
#include "support/refusal.hpp"

namespace amt {
namespace {

using namespace test;

TEST(Layout, CountsParametersWithoutPadding) {
  ModelConfig config;
  EXPECT_EQ(ParameterLayout(config).count(), 128103936);  // lakh-small, "128.10 M"
  config.hidden_dim = 1024, config.num_heads = 16, config.num_layers = 24;
  EXPECT_NEAR(double(ParameterLayout(config).count()), 359.71e6, 0.005e6);
  config.hidden_dim = 1280, config.num_heads = 20, config.num_layers = 36;
  EXPECT_NEAR(double(ParameterLayout(config).count()), 780.14e6, 0.005e6);
}

TEST(Layout, TensorsAreAlignedInOrderAndDoNotOverlap) {
  const ParameterLayout layout(small_config());
  std::int64_t end = 0;
  for (const ParameterInfo& info : layout.all()) {
    EXPECT_EQ(info.offset % 64, 0) << info.name;
    EXPECT_GE(info.offset, end) << info.name;
    EXPECT_LT(info.offset, end + 64) << info.name;
    end = info.offset + info.stored;
  }
  EXPECT_EQ(layout.all().front().name, "transformer.wte.weight");
  EXPECT_EQ(layout.all().front().stored, 128 * 16);
  EXPECT_EQ(layout.all()[13].name, "transformer.h.0.mlp.c_proj.bias");
  EXPECT_EQ(layout.all().back().name, "transformer.ln_f.bias");
  EXPECT_GE(layout.total(), end);
}

std::vector<float> initial(const ModelConfig& config, std::uint64_t seed) {
  const ParameterLayout layout(config);
  std::vector<float> p(static_cast<std::size_t>(layout.total()), NAN);
  initialise_parameters(config, layout, seed, p);
  return p;
}

TEST(Initialise, HasTheSpecifiedMeansAndDeviations) {
  ModelConfig config = small_config();
  config.hidden_dim = 256;
  const ParameterLayout layout(config);
  const auto p = initial(config, 7);
  double padding = 0;
  for (const ParameterInfo& info : layout.all()) {
    double sum = 0, squares = 0;
    for (std::int64_t i = info.offset; i < info.offset + info.size; ++i) {
      sum += p[i];
      squares += double(p[i]) * p[i];
    }
    const double n = double(info.size), mean = sum / n;
    if (info.shape.size() == 2) {
      const double deviation = info.name == "transformer.wpe.weight" ? 0.01 : 0.02;
      EXPECT_NEAR(std::sqrt(squares / n), deviation, 4 * deviation / std::sqrt(2 * n)) << info.name;
      EXPECT_NEAR(mean, 0, 4 * deviation / std::sqrt(n)) << info.name;
    } else {
      const double expected = info.name.ends_with(".weight") ? 1 : 0;
      EXPECT_EQ(mean, expected) << info.name;
      EXPECT_EQ(squares, expected * n) << info.name;
    }
    for (std::int64_t i = info.offset + info.size; i < info.offset + info.stored; ++i) {
      padding += std::abs(p[i]);
    }
  }
  EXPECT_EQ(padding, 0);
}

// 68 % and 95 % of the values must be within one and two standard deviations, and tensors of the
// same shape must differ.
TEST(Initialise, IsNormalAndDiffersBetweenTensors) {
  ModelConfig config = small_config();
  config.hidden_dim = 256;
  const ParameterLayout layout(config);
  const auto p = initial(config, 7);
  const ParameterInfo& w = layout.all()[4];
  const ParameterInfo& same_shape = layout.all()[16];
  double one = 0, two = 0, equal = 0;
  for (std::int64_t i = 0; i < w.size; ++i) {
    one += std::abs(p[w.offset + i]) < 0.02f;
    two += std::abs(p[w.offset + i]) < 0.04f;
    equal += p[w.offset + i] == p[same_shape.offset + i];
  }
  EXPECT_NEAR(one / double(w.size), 0.6827, 0.005);
  EXPECT_NEAR(two / double(w.size), 0.9545, 0.003);
  EXPECT_LT(equal, 10);
}

TEST(Initialise, DependsOnlyOnTheSeed) {
  EXPECT_EQ(initial(small_config(), 7), initial(small_config(), 7));
  EXPECT_NE(initial(small_config(), 7), initial(small_config(), 8));
}

TEST(Config, OptionsReachTheFields) {
  ModelConfig config;
  OptionTable table;
  config.register_options(table);
  table.set("model.hidden_dim", "96");
  table.set("model.num_heads", "6");
  table.set("model.num_layers", "5");
  table.set("model.seq_len", "33");
  table.set("model.scale_attn_by_inverse_layer_idx", "false");
  table.set("model.embed_pdrop", "0.25");
  table.set("model.resid_pdrop", "0.5");
  table.set("model.gradient_checkpointing", "true");
  EXPECT_EQ(config.hidden_dim, 96);
  EXPECT_EQ(config.num_heads, 6);
  EXPECT_EQ(config.num_layers, 5);
  EXPECT_EQ(config.seq_len, 33);
  EXPECT_FALSE(config.scale_attn_by_inverse_layer_idx);
  EXPECT_EQ(config.embed_pdrop, 0.25);
  EXPECT_EQ(config.resid_pdrop, 0.5);
  EXPECT_TRUE(config.gradient_checkpointing);
  EXPECT_NO_THROW(config.validate());
}

TEST(Config, RefusalsNameTheOption) {
  const auto refused = [](const auto& change, std::initializer_list<std::string_view> names) {
    ModelConfig config;
    change(config);
    return refuses<UsageError>([&] { config.validate(); }, names);
  };
  EXPECT_TRUE(
      refused([](ModelConfig& c) { c.hidden_dim = 770; }, {"--model.hidden_dim", "770", "768"}));
  EXPECT_TRUE(refused([](ModelConfig& c) { c.num_heads = 7; },
                      {"--model.num_heads", "7 ", "hidden_dim 768"}));
  EXPECT_TRUE(refused([](ModelConfig& c) { c.num_layers = 0; }, {"--model.num_layers"}));
  EXPECT_TRUE(refused([](ModelConfig& c) { c.seq_len = 1; }, {"--model.seq_len"}));
  EXPECT_TRUE(refused([](ModelConfig& c) { c.embed_pdrop = 1; }, {"--model.embed_pdrop"}));
  EXPECT_TRUE(refused([](ModelConfig& c) { c.resid_pdrop = -0.1; }, {"--model.resid_pdrop"}));
  EXPECT_TRUE(refused([](ModelConfig& c) { c.vocab_size = 70000; }, {"70000"}));
}

}  // namespace
}  // namespace amt
