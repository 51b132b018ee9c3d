// Compares logits, gradients and training steps with those recorded from an independent fp64
// implementation.
#include "support/golden.hpp"

#include <nlohmann/json.hpp>
#include <numeric>

#include "amt/cpu/cpu_ops.hpp"
#include "amt/ops/buffer.hpp"
#include "model_support.hpp"
#include "support/golden_tensors.hpp"

namespace amt {
namespace {

using namespace test;

std::vector<std::filesystem::path> folders() {
  std::vector<std::filesystem::path> all;
  for (const auto& entry : std::filesystem::directory_iterator(golden_model_dir())) {
    if (entry.is_directory()) all.push_back(entry.path());
  }
  std::sort(all.begin(), all.end());
  return all;
}

struct Recorded {
  explicit Recorded(const std::filesystem::path& folder)
      : run(nlohmann::json::parse(read_golden(folder / "run.json"))),
        tokens(read_golden_tensors(folder / "tokens.safetensors")) {
    const auto& from = run["config"];
    config.hidden_dim = from["hidden_dim"];
    config.num_heads = from["num_heads"];
    config.num_layers = from["num_layers"];
    config.seq_len = from["seq_len"];
    config.vocab_size = from["vocab_size"];
    config.scale_attn_by_inverse_layer_idx = from["scale_attn_by_inverse_layer_idx"];
    config.embed_pdrop = from["embed_pdrop"];
    config.resid_pdrop = from["resid_pdrop"];
  }
  int batch() const { return run["batch"]; }
  /// Returns 1 / (rows x predicted positions), the factor from the sum of -log p to its mean.
  float scale() const { return 1.0f / static_cast<float>(batch() * (config.seq_len - 1)); }
  std::vector<Token> step_tokens(std::size_t step) const {
    const auto& values = tokens.at("step" + std::to_string(step)).values;
    return std::vector<Token>(values.begin(), values.end());
  }

  nlohmann::json run;
  std::map<std::string, GoldenTensor> tokens;
  ModelConfig config;
};

/// Returns a file's tensors at their places in a flat buffer, with zero padding.
std::vector<double> flatten(const ParameterLayout& layout, const std::filesystem::path& file) {
  const auto tensors = read_golden_tensors(file);
  std::vector<double> flat(static_cast<std::size_t>(layout.total()));
  for (const ParameterInfo& info : layout.all()) {
    const GoldenTensor& tensor = tensors.at(info.name);
    EXPECT_EQ(tensor.shape, info.shape) << info.name;
    std::copy(tensor.values.begin(), tensor.values.end(), flat.begin() + info.offset);
  }
  EXPECT_EQ(tensors.size(), layout.all().size());
  return flat;
}

void start(Model& model, const std::filesystem::path& folder) {
  const auto init = flatten(model.layout(), folder / "init.safetensors");
  model.set_parameters(std::vector<float>(init.begin(), init.end()));
}

class Golden : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(Golden, LogitsAndGradientsOfTheFirstStepAgree) {
  const Recorded recorded(GetParam());
  const auto ops = make_cpu_ops(2);
  Model model(*ops, recorded.config, recorded.batch());
  start(model, GetParam());

  const auto expected = read_golden_tensors(GetParam() / "logits0.safetensors").at("logits");
  std::vector<float> logits(expected.values.size());
  model.logits(recorded.step_tokens(0), recorded.batch(), logits);
  EXPECT_LT(relative_distance(logits, expected.values), 2e-6);

  model.forward_backward(recorded.step_tokens(0), recorded.batch(), recorded.scale(), {});
  const auto gradients = gradients_of(model);
  const auto golden = flatten(model.layout(), GetParam() / "grads0.safetensors");
  for (const ParameterInfo& info : model.layout().all()) {
    const auto part = [&](const auto& flat) {
      return std::vector<double>(flat.begin() + info.offset,
                                 flat.begin() + info.offset + info.stored);
    };
    EXPECT_LT(relative_distance(part(gradients), part(golden)), 1e-5) << info.name;
  }
}

/// Makes one step of the recorded optimiser; returns the gradient's norm.
double update(Model& model, Buffer& m, Buffer& v, const nlohmann::json& config, double rate,
              int step) {
  Ops& ops = model.ops();
  const Dim n = model.layout().total();
  double squares = 0;
  ops.run(SumOfSquares{&squares, model.gradients(), n});
  const double norm = std::sqrt(squares);
  const double most = config["max_grad_norm"];
  ops.run(AdamW{.parameters = model.parameters(),
                .first_moment = m.as<float>(),
                .second_moment = v.as<float>(),
                .gradients = model.gradients(),
                .n = n,
                .step = {.learning_rate = rate,
                         .beta1 = config["beta1"],
                         .beta2 = config["beta2"],
                         .epsilon = config["epsilon"],
                         .weight_decay = config["weight_decay"],
                         .gradient_scale = norm > most ? most / norm : 1.0,
                         .update = step + 1}});
  model.zero_gradients();
  return norm;
}

/// Compares the final parameters. The keys' biases are excluded: their exact gradient is 0, because
/// shifting all scores does not change a softmax, but Adam divides by the root of the second moment
/// and so turns mere rounding errors into full-size steps. For the same reason, one tensor has a
/// larger tolerance.
void expect_final(const ParameterLayout& layout, std::vector<float> actual,
                  std::vector<double> expected) {
  for (const ParameterInfo& info : layout.all()) {
    const std::int64_t third = info.size / 3, begin = info.offset;
    if (info.name.ends_with("c_attn.bias")) {
      std::fill_n(actual.begin() + begin + third, third, 0.0f);
      std::fill_n(expected.begin() + begin + third, third, 0.0);
    }
    const std::vector<float> a(actual.begin() + begin, actual.begin() + begin + info.stored);
    const std::vector<double> e(expected.begin() + begin, expected.begin() + begin + info.stored);
    EXPECT_LT(relative_distance(a, e), 1e-4) << info.name;
  }
  EXPECT_LT(relative_distance(actual, expected), 1e-5);
}

TEST_P(Golden, EveryRecordedStepAgrees) {
  const Recorded recorded(GetParam());
  const auto ops = make_cpu_ops(2);
  Model model(*ops, recorded.config, recorded.batch());
  start(model, GetParam());
  Buffer m = Buffer::floats(*ops, model.layout().total());
  Buffer v = Buffer::floats(*ops, model.layout().total());
  m.zero();
  v.zero();
  for (const auto& step : recorded.run["steps"]) {
    const int number = step["step"];
    model.forward_backward(recorded.step_tokens(std::size_t(number)), recorded.batch(),
                           recorded.scale(), {});
    const double loss = step["loss"], norm = step["grad_norm"];
    EXPECT_NEAR(model.take_loss(), loss, 1e-6 * loss) << "step " << number;
    const double got = update(model, m, v, recorded.run["config"], step["lr"], number);
    EXPECT_NEAR(got, norm, (number < 2 ? 1e-5 : 1e-4) * norm) << "step " << number;
  }
  std::vector<float> parameters(static_cast<std::size_t>(model.layout().total()));
  model.get_parameters(parameters);
  expect_final(model.layout(), parameters,
               flatten(model.layout(), GetParam() / "final.safetensors"));

  std::vector<float> losses(std::size_t(recorded.batch() * (recorded.config.seq_len - 1)));
  model.losses(recorded.step_tokens(0), recorded.batch(), losses);
  const double mean = std::accumulate(losses.begin(), losses.end(), 0.0) / double(losses.size());
  const double final_loss = recorded.run["final_loss_on_step0"];
  EXPECT_NEAR(mean, final_loss, 1e-6 * final_loss);
}

std::string name_of(const testing::TestParamInfo<std::filesystem::path>& model) {
  std::string name = model.param.filename();
  std::replace_if(
      name.begin(), name.end(), [](char c) { return !std::isalnum(c); }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Models, Golden, testing::ValuesIn(folders()), name_of);

}  // namespace
}  // namespace amt
