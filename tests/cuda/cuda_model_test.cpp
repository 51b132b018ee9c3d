// Compares loss and gradients of a complete model on CudaOps, with fake libraries, with the CPU's.
#include <functional>

#include "amt/cpu/cpu_ops.hpp"
#include "amt/model/model.hpp"
#include "amt/optimizer/optimizer.hpp"
#include "cuda_ops_fixture.hpp"

namespace amt::cuda {
namespace {

using test::distance;
using test::random_tokens;

ModelConfig small_model() {
  ModelConfig config;
  config.seq_len = 24;
  config.hidden_dim = 32;
  config.num_heads = 4;
  config.num_layers = 2;
  config.vocab_size = 150;
  return config;
}

struct Result {
  double loss;
  std::vector<float> gradients, losses;
};

Result train(Ops& ops, const ModelConfig& config) {
  constexpr int kRows = 3;
  Model model(ops, config, kRows);
  std::vector<float> parameters(model.layout().total());
  initialise_parameters(config, model.layout(), 7, parameters);
  for (float& x : parameters) x *= 3;  // makes predictions far from uniform
  model.set_parameters(parameters);
  const auto tokens = random_tokens(kRows * config.seq_len, config.vocab_size, 5);
  const std::size_t waits = fake::device().waits;
  Result result;
  for (int micro_batch = 0; micro_batch < 2; ++micro_batch) {
    model.forward_backward(tokens, kRows, LossConfig(0.1f, 1e-3f), {.seed = 3, .step = 4});
  }
  EXPECT_EQ(fake::device().waits, waits) << "a step must not wait";
  result.loss = model.take_loss();
  result.gradients.resize(parameters.size());
  model.get_gradients(result.gradients);
  result.losses.resize(kRows * (config.seq_len - 1));
  model.losses(tokens, kRows, result.losses);
  return result;
}

TEST_F(CudaOpsTest, AModelLearnsLikeOnTheCpu) {
  const auto cpu = make_cpu_ops(1);
  for (const bool checkpointing : {false, true}) {
    ModelConfig config = small_model();
    config.gradient_checkpointing = checkpointing;
    const Result expected = train(*cpu, config), got = train(*ops_, config);
    EXPECT_NEAR(got.loss / expected.loss, 1, 0.005);
    EXPECT_LT(distance(got.losses, expected.losses), 0.02);
    const ParameterLayout layout(config);
    for (const ParameterInfo& p : layout.all()) {
      const auto part = [&](const std::vector<float>& all) {
        return std::vector<float>(all.begin() + p.offset, all.begin() + p.offset + p.stored);
      };
      EXPECT_LT(distance(part(got.gradients), part(expected.gradients)), 0.05) << p.name;
    }
  }
}

// Products read a copy of the weights, which each update refreshes itself, without another pass
// over all weights.
TEST_F(CudaOpsTest, UpdatesRefreshTheWeightsThatTheyChange) {
  const ModelConfig config = small_model();
  Model model(*ops_, config, 1);
  std::vector<float> parameters(model.layout().total()), losses(config.seq_len - 1);
  initialise_parameters(config, model.layout(), 7, parameters);
  model.set_parameters(parameters);
  const auto tokens = random_tokens(config.seq_len, config.vocab_size, 5);
  const auto now = [&] {
    model.losses(tokens, 1, losses);
    return losses;
  };
  const auto before = now();
  model.forward_backward(tokens, 1, LossConfig(0.1f), {});
  Buffer first = Buffer::floats(*ops_, model.layout().total()),
         second = Buffer::floats(*ops_, model.layout().total());
  first.zero();
  second.zero();
  ops_->run(AdamW{.parameters = model.parameters_for_update(),
                  .first_moment = first.as<float>(),
                  .second_moment = second.as<float>(),
                  .gradients = model.gradients(),
                  .n = model.layout().total(),
                  .step = {.learning_rate = 0.01}});
  const auto after = now();
  EXPECT_NE(after, before);
  model.parameters();  // the caller may now read or change them
  EXPECT_EQ(now(), after);
  Optimizer muon(*ops_, {.name = OptimizerName::kMuon}, model.layout(),
                 {0, model.layout().total()});
  muon.update(model.parameters_for_update(), model.gradients(), 1, 0.01, 1);
  const auto later = now();
  EXPECT_NE(later, after);
  model.parameters();
  EXPECT_EQ(now(), later);
}

TEST_F(CudaOpsTest, RepeatedRunsGiveTheSameBits) {
  const Result once = train(*ops_, small_model()), again = train(*ops_, small_model());
  EXPECT_EQ(once.loss, again.loss);
  EXPECT_EQ(once.gradients, again.gradients);
  EXPECT_EQ(once.losses, again.losses);
}

}  // namespace
}  // namespace amt::cuda
