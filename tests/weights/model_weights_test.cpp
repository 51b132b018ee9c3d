// Tests folders whose weights have other file and tensor names than amt's own exports.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "amt/base/files.hpp"
#include "amt/weights/hugging_face.hpp"
#include "src/weights/safetensors.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"
#include "support/tiny_model.hpp"
#include "torch_builder.hpp"

namespace amt {
namespace {

using test::TorchTensor;

/// Fixture with the tensors of a tiny model, which can be changed before they are written.
class ModelWeightsTest : public testing::Test {
 protected:
  ModelWeightsTest() : values_(static_cast<std::size_t>(layout_.total())) {
    initialise_parameters(config_, layout_, 1, values_);
    write_hugging_face(paths_, config_, layout_, values_);
    std::filesystem::remove(paths_.model());
    for (const ParameterInfo& parameter : layout_.all()) {
      tensors_.push_back({parameter.name, parameter.shape,
                          std::span(values_).subspan(static_cast<std::size_t>(parameter.offset),
                                                     static_cast<std::size_t>(parameter.size))});
    }
  }

  TensorView& tensor(const std::string& name) {
    return *std::ranges::find(tensors_, name, &TensorView::name);
  }
  void write(const std::string& file, std::size_t first, std::size_t count) const {
    write_safetensors(folder_.path() / file, std::span(tensors_).subspan(first, count));
  }
  void write_all() const { write("model.safetensors", 0, tensors_.size()); }
  /// Writes two files; returns their index.
  nlohmann::json write_shards() const {
    const std::size_t half = tensors_.size() / 2;
    write("a.safetensors", 0, half);
    write("b.safetensors", half, tensors_.size() - half);
    nlohmann::json index;
    for (std::size_t i = 0; i < tensors_.size(); ++i) {
      index["weight_map"][tensors_[i].name] = i < half ? "a.safetensors" : "b.safetensors";
    }
    return index;
  }
  void write_index(const nlohmann::json& index) const {
    write_file_atomically(paths_.model_index(), index.dump());
  }

  std::vector<float> read() const {
    std::vector<float> back(values_.size());
    HuggingFaceModel(folder_.path()).read(back);
    return back;
  }
  void expect_refusal(std::initializer_list<std::string_view> names) const {
    const std::string message = test::refusal<Error>([&] { read(); });
    EXPECT_TRUE(test::says(message, {folder_.path().string()}));
    EXPECT_TRUE(test::says(message, names));
  }

  test::TemporaryFolder folder_;
  ModelPaths paths_{folder_.path()};
  ModelConfig config_ = test::tiny_model();
  ParameterLayout layout_{config_};
  std::vector<float> values_;
  std::vector<TensorView> tensors_;
};

constexpr const char* kEmbedding = "transformer.wte.weight";

TEST_F(ModelWeightsTest, ShardsAreReadAccordingToTheirIndex) {
  write_index(write_shards());
  EXPECT_EQ(read(), values_);
}

TEST_F(ModelWeightsTest, AnInconsistentIndexIsRefused) {
  const nlohmann::json good = write_shards();
  for (const char* name :
       {"../a.safetensors", "/etc/passwd", "", ".", "..", "x/../a.safetensors"}) {
    nlohmann::json index = good;
    index["weight_map"][kEmbedding] = name;
    write_index(index);
    expect_refusal({"model.safetensors.index.json: weight_map.transformer.wte.weight"});
  }
  nlohmann::json index = good;
  index["weight_map"][kEmbedding] = "b.safetensors";
  write_index(index);
  expect_refusal({"'transformer.wte.weight' ", " b.safetensors"});
  index = good;
  index["weight_map"]["strange"] = "b.safetensors";
  write_index(index);
  expect_refusal({"'strange' ", " b.safetensors"});
  index["weight_map"]["strange"] = "c.safetensors";
  write_index(index);
  expect_refusal({"c.safetensors"});
  for (int i = 0; i < 1000; ++i) index["weight_map"]["t" + std::to_string(i)] = std::to_string(i);
  write_index(index);
  expect_refusal({" 256"});
  write_index({{"weight_map", nlohmann::json::object()}});
  expect_refusal({"model.safetensors.index.json", "no tensors"});
  write_index({{"metadata", {}}});
  expect_refusal({"model.safetensors.index.json: weight_map "});
}

TEST_F(ModelWeightsTest, ATensorInTwoShardsIsRefused) {
  write_index(write_shards());
  write("b.safetensors", 0, tensors_.size());
  expect_refusal({"two of its files"});
}

TEST_F(ModelWeightsTest, AMissingShardIsReported) {
  write_index(write_shards());
  std::filesystem::remove(folder_.path() / "b.safetensors");
  EXPECT_TRUE(
      test::refuses<SystemError>([&] { read(); }, {(folder_.path() / "b.safetensors").string()}));
}

TEST_F(ModelWeightsTest, AnOutputLayerMustEqualTheTokenEmbedding) {
  std::vector<float> output(tensor(kEmbedding).data.begin(), tensor(kEmbedding).data.end());
  tensors_.push_back({"lm_head.weight", tensor(kEmbedding).shape, output});
  write_all();
  EXPECT_EQ(read(), values_);
  output[7] += 1;
  write_all();
  expect_refusal({"lm_head.weight ", "differs from", " transformer.wte.weight;"});
  tensors_.back().shape = {static_cast<std::int64_t>(output.size()), 1};
  write_all();
  expect_refusal({"lm_head.weight ", "shape", "config.json", " [50, 16]", " [800, 1]"});
}

TEST_F(ModelWeightsTest, EitherNameOfTheEmbeddingSuffices) {
  tensor(kEmbedding).name = "lm_head.weight";
  write_all();
  EXPECT_EQ(read(), values_);
}

TEST_F(ModelWeightsTest, UnknownTensorNamesAreRefused) {
  tensor(kEmbedding).name = "module.transformer.wte.weight";
  write_all();
  expect_refusal({"no tensor transformer.wte.weight;", "'module.transformer.wte.weight'"});
  tensor("transformer.wpe.weight").name = "wpe";
  write_all();
  expect_refusal({"no tensor transformer.wte.weight,", " 1 others", "config.json"});
}

TEST_F(ModelWeightsTest, OnlyMasksAreSkipped) {
  const float mask[] = {1};
  for (const char* name : {"transformer.h.0.attn.bias", "h.11.attn.masked_bias", "h.1.attn.bias"}) {
    tensors_.push_back({name, {1, 1, 1, 1}, mask});
  }
  write_all();
  EXPECT_EQ(read(), values_);
  for (const char* name : {"h.attn.bias", "h.x.attn.bias", "g.0.attn.bias", "h.0.attn.biases",
                           "h.0.mlp.bias", "x.transformer.h.0.attn.bias"}) {
    tensors_.back().name = name;
    write_all();
    expect_refusal({"a tensor '" + std::string(name) + "'", "GPT-2"});
  }
}

TEST_F(ModelWeightsTest, ATensorUnderTwoNamesIsRefused) {
  tensors_.push_back({"wte.weight", tensor(kEmbedding).shape, tensor(kEmbedding).data});
  write_all();
  expect_refusal({"both transformer.wte.weight and wte.weight"});
}

TEST_F(ModelWeightsTest, AMissingConfigIsReportedWithTheShapeOfTheWeights) {
  const auto expect = [](const std::filesystem::path& path,
                         std::initializer_list<std::string_view> names) {
    const std::string message = missing_config(path).what();
    EXPECT_TRUE(test::says(message, {path.string()}));
    EXPECT_TRUE(test::says(message, names));
  };
  expect(folder_.path(), {"config.json"});
  expect(folder_.path() / "nowhere", {"config.json"});
  write_all();
  expect(folder_.path(), {R"("vocab_size": 50, "n_positions": 12, "n_embd": 16, "n_layer": 2)"});
  expect(paths_.model(), {" a file;"});
  write_file_atomically(paths_.model(), "damaged");
  EXPECT_THROW(missing_config(folder_.path()), Error);
}

TEST_F(ModelWeightsTest, TorchFilesWithAllParametersAreRead) {
  std::vector<TorchTensor> tensors;
  test::Members storages;
  for (const TensorView& view : tensors_) {
    const auto n = static_cast<std::int64_t>(view.data.size());
    const std::int64_t columns = view.shape.size() == 2 ? view.shape[1] : 1;
    const std::string key = std::to_string(storages.size());
    tensors.push_back({view.name, view.shape, {columns, 1}, key, n});
    tensors.back().strides.resize(view.shape.size());
    storages.emplace_back(key, test::bytes_of(std::vector(view.data.begin(), view.data.end())));
  }
  const std::string pickle = test::state_dict_pickle(tensors);
  for (const std::string& file :
       {test::torch_zip(pickle, storages), test::torch_legacy(pickle, storages)}) {
    write_file_atomically(paths_.torch_model(), file);
    EXPECT_EQ(read(), values_);
  }
  tensors.back().type = "IntStorage";
  write_file_atomically(paths_.torch_model(),
                        test::torch_zip(test::state_dict_pickle(tensors), storages));
  expect_refusal({" transformer.ln_f.bias ", " I32;", "F32, F16 and BF16"});
}

}  // namespace
}  // namespace amt
