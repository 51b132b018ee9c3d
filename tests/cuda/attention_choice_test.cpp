// Tests which code computes attention on a GPU, and how it is described, with a fake cuDNN.
#include <gtest/gtest.h>

#include "amt/base/error.hpp"
#include "amt/model/model.hpp"
#include "fake_cuda.hpp"
#include "ops/numbers.hpp"
#include "src/cuda/cuda_ops.hpp"
#include "support/refusal.hpp"

namespace amt::cuda {
namespace {

using test::random_tokens;

constexpr int kRows = 3;
constexpr auto kLayers = 2;

ModelConfig small_model() {
  ModelConfig config;
  config.seq_len = 24;
  config.hidden_dim = 32;
  config.num_heads = 4;
  config.num_layers = kLayers;
  config.vocab_size = 150;
  return config;
}

AttentionShape small_shape() { return self_attention(kRows, 24, 4, 8, 1); }

class AttentionChoiceTest : public testing::Test {
 protected:
  void SetUp() override {
    fake::device() = {};
    fake::take_launches();
  }
  void make(Attention attention = Attention::kAuto) {
    ops_ = make_cuda_ops({.attention = attention});
  }
  std::string description() { return ops_->description(); }
  /// Runs the model's forward pass and, for training, its backward pass.
  void compute(Purpose purpose) {
    const ModelConfig config = small_model();
    Model model(*ops_, config, kRows, purpose);
    std::vector<float> parameters(static_cast<std::size_t>(model.layout().total()));
    initialise_parameters(config, model.layout(), 7, parameters);
    model.set_parameters(parameters);
    const auto tokens = random_tokens(kRows * config.seq_len, config.vocab_size, 5);
    std::vector<float> losses(kRows * (config.seq_len - 1));
    if (purpose == Purpose::kTraining) {
      model.forward_backward(tokens, kRows, LossConfig(0.1f, 0), {});
    } else {
      model.losses(tokens, kRows, losses);
    }
  }
  static constexpr auto error = test::refusal<Error>;

  std::unique_ptr<CudaOps> ops_;
};

TEST_F(AttentionChoiceTest, CudnnComputesBothDirectionsIfItHasPlans) {
  make();
  EXPECT_EQ(ops_->prepare_attention(small_shape(), true), "");
  EXPECT_NE(description().find("No GPU (device 0), bf16"), std::string::npos);
  EXPECT_NE(description().find("attention by cuDNN"), std::string::npos);
  compute(Purpose::kTraining);
  EXPECT_EQ(fake::device().fused_calls, 2 * kLayers);
}

// If the log claimed that cuDNN was used, nobody would learn why training is many times slower.
TEST_F(AttentionChoiceTest, AMissingPlanIsReportedBeforeTheFirstStep) {
  fake::device().cudnn_lacks = "no plan for heads of 8";
  make();
  const std::string why = ops_->prepare_attention(small_shape(), true);
  EXPECT_TRUE(test::says(why, {"cuDNN", "no plan for heads of 8"}));
  EXPECT_TRUE(test::says(description(), {"(no plan for heads of 8)"}));
  compute(Purpose::kTraining);
  EXPECT_EQ(fake::device().fused_calls, 0);
}

// An A100 has a forward plan for heads of 256, but no backward plan.
TEST_F(AttentionChoiceTest, OurKernelsComputeAGradientThatCudnnLacks) {
  fake::device().cudnn_lacks_backward = "heads of 8";
  make();
  EXPECT_TRUE(test::says(ops_->prepare_attention(small_shape(), true),
                         {"cuDNN", "gradient", ": heads of 8"}));
  EXPECT_TRUE(test::says(description(), {"cuDNN", "gradient", "(heads of 8)"}));
  compute(Purpose::kTraining);
  EXPECT_EQ(fake::device().fused_calls, kLayers);
}

TEST_F(AttentionChoiceTest, EvaluationRequestsNoGradient) {
  fake::device().cudnn_lacks_backward = "heads of 8";
  make(Attention::kCudnn);
  EXPECT_EQ(ops_->prepare_attention(small_shape(), false), "");
  compute(Purpose::kInference);
  EXPECT_GT(fake::device().asked_forward, 0u);
  EXPECT_EQ(fake::device().asked_backward, 0u);
  EXPECT_EQ(fake::device().fused_calls, kLayers);
}

TEST_F(AttentionChoiceTest, AMissingPlanIsAnErrorIfCudnnWasRequested) {
  fake::device().cudnn_lacks = "no plan for heads of 8";
  make(Attention::kCudnn);
  for (const std::string& text : {error([&] { ops_->prepare_attention(small_shape(), true); }),
                                  error([&] { compute(Purpose::kTraining); })}) {
    EXPECT_TRUE(
        test::says(text, {"no plan for heads of 8", "--trainer.attention", "auto", "plain"}));
  }
}

TEST_F(AttentionChoiceTest, RequestingOurKernelsIsNotReported) {
  make(Attention::kPlain);
  EXPECT_EQ(ops_->prepare_attention(small_shape(), true), "");
  compute(Purpose::kTraining);
  EXPECT_EQ(fake::device().fused_calls, 0);
}

TEST_F(AttentionChoiceTest, UnsupportedHeadsAreAnErrorBeforeTheFirstStep) {
  make(Attention::kPlain);
  const std::string text =
      error([&] { ops_->prepare_attention(self_attention(1, 24, 1, 1024, 1), true); });
  EXPECT_NE(text.find("increase model.num_heads"), std::string::npos) << text;
}

}  // namespace
}  // namespace amt::cuda
