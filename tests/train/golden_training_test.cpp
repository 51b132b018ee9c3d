// The optimiser's path against the reference's recorded runs: losses, norms, rates, parameters.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "amt/ops/cpu_ops.hpp"
#include "amt/ops/plain_ops.hpp"
#include "amt/train/evaluation.hpp"
#include "amt/train/safetensors.hpp"
#include "amt/train/train_step.hpp"
#include "support/golden.hpp"
#include "tiny_training.hpp"

namespace amt {
namespace {

using Json = nlohmann::json;

struct GoldenRun {
  explicit GoldenRun(const std::filesystem::path& path)
      : folder(path), json(Json::parse(test::read_golden(path / "run.json"))) {
    const Json& c = json.at("config");
    model.hidden_dim = c.at("hidden_dim");
    model.num_heads = c.at("num_heads");
    model.num_layers = c.at("num_layers");
    model.seq_len = c.at("seq_len");
    model.vocab_size = c.at("vocab_size");
    model.embed_pdrop = c.at("embed_pdrop");
    model.resid_pdrop = c.at("resid_pdrop");
    model.scale_attn_by_inverse_layer_idx = c.at("scale_attn_by_inverse_layer_idx");
    trainer.num_train_steps = c.at("num_train_steps");
    trainer.train_batch_size = json.at("batch");
    trainer.per_device_parallelism = 1;
    optimizer.learning_rate = c.at("learning_rate");
    optimizer.weight_decay = c.at("weight_decay");
    optimizer.beta1 = c.at("beta1");
    optimizer.beta2 = c.at("beta2");
    optimizer.epsilon = c.at("epsilon");
    optimizer.max_grad_norm = c.at("max_grad_norm");
    optimizer.lr_schedule = c.at("lr_schedule");
    optimizer.warmup_ratio = c.at("warmup_ratio");
  }

  /// The batches of all steps, one after another.
  test::MemoryRows rows() const {
    SafetensorsReader file(folder / "tokens.safetensors");
    std::vector<Token> tokens;
    for (std::size_t step = 0; step < json.at("steps").size(); ++step) {
      const TensorEntry& entry = *file.find("step" + std::to_string(step));
      std::vector<std::int64_t> values(entry.elements);
      file.read(entry, values);
      for (const std::int64_t value : values) tokens.push_back(static_cast<Token>(value));
    }
    return test::MemoryRows(model.seq_len, std::move(tokens));
  }

  std::vector<float> parameters(const char* file, const ParameterLayout& layout) const {
    SafetensorsReader reader(folder / file);
    std::vector<float> values(static_cast<std::size_t>(layout.total()));
    for (const ParameterInfo& parameter : layout.all()) {
      reader.read(*reader.find(parameter.name),
                  std::span(values).subspan(static_cast<std::size_t>(parameter.offset),
                                            static_cast<std::size_t>(parameter.size)));
    }
    return values;
  }

  std::filesystem::path folder;
  Json json;
  ModelConfig model;
  TrainerOptions trainer;
  OptimizerOptions optimizer;
};

void expect_near_relative(double value, double expected, double tolerance,
                          const std::string& what) {
  EXPECT_NEAR(value, expected, tolerance * std::abs(expected)) << what;
}

/// Root mean square of the difference over that of the expected values' movement away from 0.
double relative_error(std::span<const float> values, std::span<const float> expected) {
  double difference = 0, size = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    difference += std::pow(static_cast<double>(values[i]) - static_cast<double>(expected[i]), 2);
    size += std::pow(static_cast<double>(expected[i]), 2);
  }
  return std::sqrt(difference / size);
}

/// Relative differences that are allowed. Adam divides by the gradient's size, so an element whose
/// gradient is near 0 turns a rounding error into a step of its own: fp32 activations cost most
/// here.
struct Tolerance {
  double loss, norm, parameters;
};
constexpr Tolerance kFp64Activations = {2e-7, 1e-5, 5e-5};
constexpr Tolerance kFp32Activations = {2e-6, 2e-4, 3e-4};
// The first updates are of the size of the learning rate whatever the gradient, so that noise in small
// gradients moves the norms of the steps that follow.
constexpr Tolerance kBf16Activations = {5e-3, 0.1, 2e-2};

void check_steps(const GoldenRun& run, Gpt2& model, Reducer& reducer, const Tolerance& allowed) {
  const test::MemoryRows rows = run.rows();
  model.set_parameters(run.parameters("init.safetensors", model.layout()));
  TrainStep step(model, reducer, rows, run.trainer, run.optimizer);
  TrainingState state;
  for (const Json& expected : run.json.at("steps")) {
    const std::string what = run.folder.string() + " step " + std::to_string(state.step);
    const StepResult result = step.run(state, [] { return Requests{}; });
    expect_near_relative(result.loss, expected.at("loss"), allowed.loss, what);
    expect_near_relative(result.grad_norm, expected.at("grad_norm"), allowed.norm, what);
    EXPECT_NEAR(result.learning_rate, expected.at("lr").get<double>(), 1e-15) << what;
    EXPECT_FALSE(result.skipped);
  }
  std::vector<float> parameters(static_cast<std::size_t>(model.layout().total()));
  model.get_parameters(parameters);
  EXPECT_LT(relative_error(parameters, run.parameters("final.safetensors", model.layout())),
            allowed.parameters);
  const auto sums = evaluate(model, reducer, rows,
                             {1, static_cast<std::uint64_t>(run.trainer.train_batch_size)}, 1);
  expect_near_relative(sums->mean(), run.json.at("final_loss_on_step0"), 10 * allowed.loss,
                       "final loss");
}

void check_all(const std::function<std::unique_ptr<Ops>()>& make_ops, const Tolerance& allowed) {
  int runs = 0;
  for (const auto& folder : std::filesystem::directory_iterator(test::golden_model_dir())) {
    const GoldenRun run(folder.path());
    const auto ops = make_ops();
    const auto reducer = make_single_reducer();
    Gpt2 model(*ops, run.model, run.trainer.per_device_parallelism);
    check_steps(run, model, *reducer, allowed);
    ++runs;
  }
  EXPECT_GT(runs, 0);
}

TEST(GoldenTraining, FollowsTheReferenceStepByStep) { check_all(make_plain_ops, kFp64Activations); }

TEST(GoldenTraining, FollowsTheReferenceOnTheCpu) {
  check_all([] { return make_cpu_ops(1); }, kFp32Activations);
}

// What rounding to bf16 leaves of the reference's numbers.
TEST(GoldenTraining, FollowsTheReferenceInBf16) {
  if (bf16_support() == Bf16Support::kNone) GTEST_SKIP() << "this processor has no bf16 products";
  check_all([] { return make_cpu_ops(1, Precision::kBf16); }, kBf16Activations);
}

}  // namespace
}  // namespace amt
