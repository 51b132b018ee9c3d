#include "amt/weights/hugging_face.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "src/weights/safetensors.hpp"
#include "support/golden.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"
#include "support/tiny_model.hpp"

namespace amt {
namespace {

using Json = nlohmann::json;

class HuggingFaceTest : public testing::Test {
 protected:
  void write() const {
    std::vector<float> values(static_cast<std::size_t>(layout_.total()));
    initialise_parameters(config_, layout_, 1, values);
    write_hugging_face(paths_, config_, layout_, values);
  }
  void change_config(const std::string& key, const Json& value) const {
    Json json = Json::parse(read_text(paths_.config()));
    json[key] = value;
    write_file_atomically(paths_.config(), json.dump());
  }
  void expect_refusal(std::initializer_list<std::string_view> names) const {
    EXPECT_TRUE(test::refuses<Error>([&] { HuggingFaceModel(folder_.path()); }, names));
  }
  test::TemporaryFolder folder_;
  ModelPaths paths_{folder_.path()};
  ModelConfig config_ = test::tiny_model();
  ParameterLayout layout_{config_};
};

TEST_F(HuggingFaceTest, RoundTrips) {
  write();
  HuggingFaceModel model(folder_.path());
  EXPECT_EQ(model.config().hidden_dim, config_.hidden_dim);
  EXPECT_EQ(model.config().num_heads, config_.num_heads);
  EXPECT_EQ(model.config().seq_len, config_.seq_len);
  EXPECT_EQ(model.config().vocab_size, config_.vocab_size);
  EXPECT_TRUE(model.config().scale_attn_by_inverse_layer_idx);
  std::vector<float> was(static_cast<std::size_t>(layout_.total())), back(was.size(), -1.0f);
  initialise_parameters(config_, layout_, 1, was);
  model.read(back);
  EXPECT_EQ(back, was);
}

TEST_F(HuggingFaceTest, WritesTheReferencesNamesAndShapes) {
  const auto golden = std::filesystem::directory_iterator(test::golden_model_dir())->path();
  const Json run = Json::parse(test::read_golden(golden / "run.json")).at("config");
  ModelConfig config;
  config.hidden_dim = run.at("hidden_dim");
  config.num_heads = run.at("num_heads");
  config.num_layers = run.at("num_layers");
  config.seq_len = run.at("seq_len");
  config.vocab_size = run.at("vocab_size");
  const ParameterLayout layout(config);
  const std::vector<float> values(static_cast<std::size_t>(layout.total()), 1.0f);
  write_hugging_face(paths_, config, layout, values);
  const SafetensorsReader ours(paths_.model()), theirs(golden / "init.safetensors");
  EXPECT_EQ(ours.tensors().size(), theirs.tensors().size());
  for (const TensorEntry& entry : theirs.tensors()) {
    const TensorEntry* mine = ours.find(entry.name);
    ASSERT_NE(mine, nullptr) << entry.name;
    EXPECT_EQ(mine->shape, entry.shape) << entry.name;
  }
  const Json json = Json::parse(read_text(paths_.config()));
  EXPECT_EQ(json.at("model_type"), "gpt2");
  EXPECT_EQ(json.at("architectures"), Json({"GPT2LMHeadModel"}));
  EXPECT_EQ(json.at("activation_function"), "gelu_new");
  EXPECT_EQ(json.at("scale_attn_by_inverse_layer_idx"), true);
  EXPECT_EQ(json.at("attn_pdrop"), 0.0);
  EXPECT_EQ(json.at("n_ctx"), config.seq_len);
  EXPECT_EQ(json.at("vocab_size"), config.vocab_size);
}

TEST_F(HuggingFaceTest, UnsupportedModelsAreRefused) {
  write();
  change_config("activation_function", "relu");
  expect_refusal({"gelu_new"});
  write();
  change_config("model_type", "llama");
  expect_refusal({"gpt2"});
  write();
  change_config("n_embd", 1 << 30);
  expect_refusal({"n_embd"});
  write();
  change_config("n_embd", "16");
  expect_refusal({"config.json"});
  write();
  change_config("n_layer", 3);
  expect_refusal({"h.2."});
  write();
  change_config("n_layer", 1);
  expect_refusal({"a tensor 'transformer.h.1.", "GPT-2"});
  write();
  change_config("vocab_size", 51);
  expect_refusal({"shape"});
  std::filesystem::remove(paths_.config());
  expect_refusal({"config.json"});
}

TEST_F(HuggingFaceTest, TheErrorForAFolderWithoutWeightsListsTheExpectedFiles) {
  write();
  std::filesystem::remove(paths_.model());
  expect_refusal({folder_.path().string(), "model.safetensors", "pytorch_model.bin"});
  std::filesystem::create_symlink("nowhere", paths_.model());
  EXPECT_TRUE(test::refuses<SystemError>([&] { HuggingFaceModel(folder_.path()); },
                                         {paths_.model().string()}));
}

TEST_F(HuggingFaceTest, SafetensorsArePreferredToTorch) {
  write();
  write_file_atomically(paths_.torch_model(), "damaged");
  write_file_atomically(paths_.torch_index(), "damaged");
  const HuggingFaceModel model(folder_.path());
  std::filesystem::remove(paths_.model());
  expect_refusal({"pytorch_model.bin: "});
  write_file_atomically(paths_.model_index(), "damaged");
  expect_refusal({"model.safetensors.index.json"});
}

TEST_F(HuggingFaceTest, NonFiniteNumbersAreRefused) {
  std::vector<float> values(static_cast<std::size_t>(layout_.total()));
  values[5] = std::numeric_limits<float>::quiet_NaN();
  write_hugging_face(paths_, config_, layout_, values);
  EXPECT_TRUE(test::refuses<Error>([&] { HuggingFaceModel(folder_.path()).read(values); },
                                   {" transformer.wte.weight ", "finite"}));
}

TEST_F(HuggingFaceTest, FilesWithoutPrefixOrWithMasksAreRead) {
  write();
  std::vector<float> was(static_cast<std::size_t>(layout_.total())), back(was.size());
  initialise_parameters(config_, layout_, 1, was);
  std::vector<TensorView> tensors;
  for (const ParameterInfo& parameter : layout_.all()) {
    tensors.push_back({parameter.name.substr(std::string("transformer.").size()), parameter.shape,
                       std::span(was).subspan(static_cast<std::size_t>(parameter.offset),
                                              static_cast<std::size_t>(parameter.size))});
  }
  const float mask[] = {1};
  tensors.push_back({"h.0.attn.bias", {1, 1, 1, 1}, mask});
  write_safetensors(paths_.model(), tensors);
  HuggingFaceModel(folder_.path()).read(back);
  EXPECT_EQ(back, was);
}

}  // namespace
}  // namespace amt
