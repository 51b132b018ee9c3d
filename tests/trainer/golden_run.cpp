#include "golden_run.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "amt/evaluate/evaluation.hpp"
#include "amt/trainer/train_step.hpp"
#include "src/weights/safetensors.hpp"
#include "support/golden.hpp"
#include "support/reducers.hpp"

namespace amt::test {

using Json = nlohmann::json;

GoldenRun::GoldenRun(const std::filesystem::path& path)
    : folder(path), json(Json::parse(read_golden(path / "run.json"))) {
  const Json& c = json.at("config");
  model.hidden_dim = c.at("hidden_dim");
  model.num_heads = c.at("num_heads");
  model.num_layers = c.at("num_layers");
  model.seq_len = c.at("seq_len");
  model.vocab_size = c.at("vocab_size");
  model.embed_pdrop = c.at("embed_pdrop");
  model.resid_pdrop = c.at("resid_pdrop");
  model.scale_attn_by_inverse_layer_idx = c.at("scale_attn_by_inverse_layer_idx");
  trainer.num_train_steps = c.at("num_train_steps").get<std::int64_t>();
  trainer.train_batch_size = json.at("batch");
  trainer.per_device_parallelism = 1;
  optimizer.learning_rate = c.at("learning_rate").get<double>();
  optimizer.weight_decay = c.at("weight_decay");
  optimizer.beta1 = c.at("beta1");
  optimizer.beta2 = c.at("beta2");
  optimizer.epsilon = c.at("epsilon");
  optimizer.max_grad_norm = c.at("max_grad_norm");
  optimizer.lr_schedule = value_of<LrSchedule>(c.at("lr_schedule").get<std::string>()).value();
  optimizer.warmup_ratio = c.at("warmup_ratio");
}

MemoryRows GoldenRun::rows() const {
  SafetensorsReader file(folder / "tokens.safetensors");
  std::vector<Token> tokens;
  for (std::size_t step = 0; step < json.at("steps").size(); ++step) {
    const TensorEntry& entry = *file.find("step" + std::to_string(step));
    std::vector<std::int64_t> values(entry.elements);
    file.read(entry, values);
    for (const std::int64_t value : values) tokens.push_back(static_cast<Token>(value));
  }
  return MemoryRows(model.seq_len, std::move(tokens));
}

std::vector<float> GoldenRun::parameters(const char* file, const ParameterLayout& layout) const {
  SafetensorsReader reader(folder / file);
  std::vector<float> values(static_cast<std::size_t>(layout.total()));
  for (const ParameterInfo& parameter : layout.all()) {
    reader.read(*reader.find(parameter.name),
                std::span(values).subspan(static_cast<std::size_t>(parameter.offset),
                                          static_cast<std::size_t>(parameter.size)));
  }
  return values;
}

namespace {

void expect_near_relative(double value, double expected, double tolerance,
                          const std::string& what) {
  EXPECT_NEAR(value, expected, tolerance * std::abs(expected)) << what;
}

/// Returns the root mean square of the differences, relative to that of the expected values.
double relative_error(std::span<const float> values, std::span<const float> expected) {
  double difference = 0, size = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    difference += std::pow(static_cast<double>(values[i]) - static_cast<double>(expected[i]), 2);
    size += std::pow(static_cast<double>(expected[i]), 2);
  }
  return std::sqrt(difference / size);
}

}  // namespace

void check_steps(const GoldenRun& run, Model& model, const Tolerance& allowed) {
  const Alone alone;
  const MemoryRows rows = run.rows();
  model.set_parameters(run.parameters("init.safetensors", model.layout()));
  TrainStep step(model, alone.ranks, *alone.reducer, rows, run.trainer, run.optimizer);
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
  const auto sums = evaluate(model, alone.ranks, rows,
                             {1, static_cast<std::uint64_t>(run.trainer.train_batch_size)}, 1);
  expect_near_relative(sums->mean(), run.json.at("final_loss_on_step0"), 10 * allowed.loss,
                       "final loss");
}

}  // namespace amt::test
