// Tests complete steps on the device against recorded runs, the CPU, and repetitions.
#include <gtest/gtest.h>

#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"
#include "amt/cpu/cpu_ops.hpp"
#include "amt/model/decoder.hpp"
#include "amt/ops/buffer.hpp"
#include "gpu_compare.hpp"
#include "gpu_device.hpp"
#include "gpu_training.hpp"
#include "model/model_support.hpp"
#include "ops/numbers.hpp"
#include "support/golden.hpp"
#include "support/reducers.hpp"
#include "support/temporary_folder.hpp"
#include "support/tiny_training.hpp"
#include "trainer/golden_run.hpp"

namespace amt::test {
namespace {

class GpuModel : public testing::Test {
 protected:
  void SetUp() override {
    if (!no_device().empty()) GTEST_SKIP() << no_device();
    ops_ = make_tested_ops();
  }
  std::unique_ptr<Ops> ops_;
};

TEST_F(GpuModel, FollowsTheRecordedRuns) {
  for (const auto& folder : std::filesystem::directory_iterator(golden_model_dir())) {
    if (!folder.is_directory()) continue;
    const GoldenRun run(folder.path());
    Model model(*ops_, run.model, run.trainer.per_device_parallelism);
    check_steps(run, model, kBf16Activations);
  }
}

/// Returns lakh-small's configuration with fewer layers.
ModelConfig lakh_small(int layers) {
  ModelConfig config;
  config.num_layers = layers;
  return config;
}

/// Logits of two rows of different lengths, one token after another, each of them computed twice.
std::vector<std::vector<float>> generate(Ops& ops) {
  const ModelConfig config = lakh_small(2);
  Model model(ops, config, 1, Purpose::kInference);
  std::vector<float> start(static_cast<std::size_t>(model.layout().total()));
  initialise_parameters(config, model.layout(), 0, start);
  model.set_parameters(start);
  Decoder decoder(model, 2);
  const std::vector<Token> tokens = random_rows(config, 1);
  std::vector<std::vector<float>> all;
  for (std::size_t size : {300u, 301u, 302u}) {
    const DecoderRow rows[] = {{0, std::span(tokens).first(size)}, {1, std::span(tokens).last(7)}};
    for (int time = 0; time < 2; ++time) {
      decoder.next(rows, {11000, 27513}, all.emplace_back(2 * 16513));
    }
  }
  return all;
}

// The first time, a step's operators are started one by one; from then on they are recorded.
TEST_F(GpuModel, GeneratesAsTheCpuAndTheSameBitsIfRecorded) {
  const auto got = generate(*ops_), expected = generate(*make_cpu_ops(0));
  for (std::size_t i = 0; i < got.size(); ++i) {
    EXPECT_LT(distance(got[i], expected[i]), kBf16Tolerance) << i;
    if (i % 2 == 1) {
      EXPECT_EQ(got[i], got[i - 1]);
    }
  }
}

struct Pass {
  double loss = 0;
  std::vector<float> gradients;
};

Pass forward_backward(Ops& ops, const ModelConfig& config, int rows) {
  Model model(ops, config, rows);
  std::vector<float> start(static_cast<std::size_t>(model.layout().total()));
  initialise_parameters(config, model.layout(), 0, start);
  model.set_parameters(start);
  const float scale = 1 / static_cast<float>(rows * (config.seq_len - 1));
  model.forward_backward(random_rows(config, rows), rows, scale, {.seed = 1, .step = 2});
  return {model.take_loss(), gradients_of(model)};
}

// The exact gradient of the keys' biases is 0, because shifting all scores does not change a
// softmax; what is computed is rounding error.
TEST_F(GpuModel, GradientsOfARealShapeAgreeWithTheCpu) {
  const ModelConfig config = lakh_small(2);
  const auto cpu = make_cpu_ops(0);
  const Pass expected = forward_backward(*cpu, config, 1),
             actual = forward_backward(*ops_, config, 1);
  EXPECT_NEAR(actual.loss, expected.loss, 2e-3 * expected.loss);
  const ParameterLayout layout(config);
  for (const ParameterInfo& info : layout.all()) {
    if (info.name.ends_with("c_attn.bias")) continue;
    const auto part = [&](const std::vector<float>& flat) {
      const auto begin = flat.begin() + info.offset;
      return std::vector<float>(begin, begin + info.stored);
    };
    const double difference = relative_distance(part(actual.gradients), part(expected.gradients));
    note_difference("step, lakh-small", shape_text({1, 1024, 768}), info.name.substr(12),
                    difference);
    EXPECT_LT(difference, 3e-2) << info.name;
  }
}

TEST_F(GpuModel, CheckpointingGivesTheSameBits) {
  ModelConfig config = small_device_model();
  const Pass kept = forward_backward(*ops_, config, 3);
  config.gradient_checkpointing = true;
  const Pass recomputed = forward_backward(*ops_, config, 3);
  EXPECT_EQ(recomputed.loss, kept.loss);
  EXPECT_TRUE(recomputed.gradients == kept.gradients);
}

TEST_F(GpuModel, TwentyStepsAgreeWithTheCpu) {
  const ModelConfig config = small_device_model();
  const auto cpu = make_cpu_ops(0);
  const ShortRun expected = train_shortly(*cpu, config, 20);
  const ShortRun actual = train_shortly(*ops_, config, 20);
  for (std::size_t step = 0; step < expected.losses.size(); ++step) {
    EXPECT_NEAR(actual.losses[step], expected.losses[step], 2e-2 * expected.losses[step]) << step;
  }
  EXPECT_LT(expected.losses.back(), 0.9 * expected.losses.front()) << "the model must have learned";
  const double difference = relative_distance(actual.parameters, expected.parameters);
  note_difference("20 steps", shape_text({12, 64, 128}), "parameters", difference);
  EXPECT_LT(difference, 5e-2);
}

TEST_F(GpuModel, RepeatsBitForBit) {
  const ModelConfig config = small_device_model();
  const ShortRun first = train_shortly(*ops_, config, 5);
  for (int round = 0; round < 3; ++round) {
    const auto again = make_tested_ops();
    const ShortRun run = train_shortly(*again, config, 5);
    EXPECT_EQ(run.losses, first.losses);
    EXPECT_TRUE(run.parameters == first.parameters);
  }
  const ModelConfig large = lakh_small(1);
  const Pass pass = forward_backward(*ops_, large, 1);
  EXPECT_TRUE(forward_backward(*ops_, large, 1).gradients == pass.gradients);
}

/// Trains up to step `steps` on one device; resumes from the checkpoint in `run` if there is one.
TrainedRun train_to(const std::filesystem::path& run, std::int64_t steps, Ops& ops) {
  TrainerSettings settings = tiny_settings(run);
  settings.trainer.num_train_steps = steps;
  settings.optimizer.lr_schedule = LrSchedule::kConstant;
  settings.optimizer.warmup_ratio = 0;
  const ModelConfig config = small_device_model();
  const MemoryRows rows = make_rows(1, 60, config);
  const Alone alone;
  return run_trainer(config, settings, rows, nullptr, ops, alone.ranks, *alone.reducer);
}

void check_round_trip(Ops& first, Ops& second) {
  const TemporaryFolder folder;
  const TrainedRun saved = train_to(folder.path(), 6, first);
  const TrainedRun loaded = train_to(folder.path(), 6, second);
  EXPECT_TRUE(loaded.parameters == saved.parameters) << "must be the same bits";
  EXPECT_TRUE(loaded.first_moment == saved.first_moment);
  EXPECT_TRUE(loaded.second_moment == saved.second_moment);
  const TrainedRun on = train_to(folder.path(), 12, second);
  EXPECT_EQ(on.state.step, 12);
  const TemporaryFolder other;
  const TrainedRun straight = train_to(other.path(), 12, first);
  EXPECT_LT(relative_distance(on.parameters, straight.parameters), 5e-2);
}

TEST_F(GpuModel, CheckpointsMoveToTheCpuAndBack) {
  const auto cpu = make_cpu_ops(0);
  check_round_trip(*ops_, *cpu);
  check_round_trip(*cpu, *ops_);
}

TEST_F(GpuModel, OutOfMemoryIsReportedInOneLineWithAdvice) {
  constexpr std::size_t kTooMuch = std::size_t{1} << 50;
  std::string message;
  try {
    ops_->release(ops_->allocate(kTooMuch));
  } catch (const Error& error) {
    message = error.what();
  }
  EXPECT_NE(message.find(format_bytes(double(kTooMuch))), std::string::npos) << message;
  EXPECT_NE(message.find("trainer.per_device_parallelism"), std::string::npos) << message;
  EXPECT_NE(message.find("model.gradient_checkpointing"), std::string::npos) << message;
  EXPECT_EQ(message.find('\n'), std::string::npos) << message;
  const Buffer small = Buffer::floats(*ops_, 1000);  // smaller allocations still succeed
  ops_->synchronise();
}

}  // namespace
}  // namespace amt::test
