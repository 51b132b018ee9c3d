#include "hugging_face_config.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/base/strings.hpp"
#include "amt/model/model_limits.hpp"

namespace amt {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kLayerNormEpsilon = 1e-5;
constexpr std::uint64_t kMaxBytes = 1u << 20;

int extent(const Json& json, const char* key, int most) {
  const auto value = json.at(key).get<std::int64_t>();
  if (value < 1 || value > most) throw Error(str_cat(key, " is ", value));
  return static_cast<int>(value);
}

/// Members whose values this program cannot vary; absent ones have Hugging Face's default.
void require_supported(const Json& json) {
  const auto require = [](bool holds, const char* what) {
    if (!holds) throw Error(str_cat("it is not a model that amt can run: ", what));
  };
  require(json.at("model_type") == "gpt2", "model_type must be gpt2");
  require(json.value("activation_function", "gelu_new") == "gelu_new",
          "activation_function must be gelu_new");
  require(std::abs(json.value("layer_norm_epsilon", kLayerNormEpsilon) - kLayerNormEpsilon) < 1e-9,
          "layer_norm_epsilon must be 1e-5");
  require(json.value("tie_word_embeddings", true), "tie_word_embeddings must be true");
  require(json.value("scale_attn_weights", true), "scale_attn_weights must be true");
  require(!json.value("add_cross_attention", false), "add_cross_attention must be false");
  const auto inner = json.find("n_inner");
  require(
      inner == json.end() || inner->is_null() || *inner == 4 * extent(json, "n_embd", kMaxWidth),
      "n_inner must be 4 x n_embd");
}

ModelConfig parse(const Json& json) {
  require_supported(json);
  ModelConfig config;
  config.seq_len = extent(json, "n_positions", kMaxPositions);
  config.hidden_dim = extent(json, "n_embd", kMaxWidth);
  config.num_heads = extent(json, "n_head", kMaxWidth);
  config.num_layers = extent(json, "n_layer", kMaxLayers);
  config.vocab_size = extent(json, "vocab_size", kMaxVocabulary);
  config.scale_attn_by_inverse_layer_idx = json.value("scale_attn_by_inverse_layer_idx", false);
  config.embed_pdrop = json.value("embd_pdrop", 0.1);
  config.resid_pdrop = json.value("resid_pdrop", 0.1);
  config.validate();
  return config;
}

}  // namespace

std::string to_hugging_face_json(const ModelConfig& config) {
  const Json json = {{"architectures", {"GPT2LMHeadModel"}},
                     {"model_type", "gpt2"},
                     {"activation_function", "gelu_new"},
                     {"vocab_size", config.vocab_size},
                     {"n_positions", config.seq_len},
                     {"n_ctx", config.seq_len},
                     {"n_embd", config.hidden_dim},
                     {"n_layer", config.num_layers},
                     {"n_head", config.num_heads},
                     {"n_inner", nullptr},
                     {"layer_norm_epsilon", kLayerNormEpsilon},
                     {"attn_pdrop", 0.0},
                     {"embd_pdrop", config.embed_pdrop},
                     {"resid_pdrop", config.resid_pdrop},
                     {"initializer_range", 0.02},
                     {"scale_attn_weights", true},
                     {"scale_attn_by_inverse_layer_idx", config.scale_attn_by_inverse_layer_idx},
                     {"reorder_and_upcast_attn", false},
                     {"tie_word_embeddings", true},
                     {"bos_token_id", nullptr},
                     {"eos_token_id", nullptr},
                     {"torch_dtype", "float32"}};
  return json.dump(2) + "\n";
}

ModelConfig read_hugging_face_config(const std::filesystem::path& path) {
  const std::string text = read_text(path, kMaxBytes);
  try {
    return parse(Json::parse(text));
  } catch (const nlohmann::json::exception&) {
    throw Error(str_cat("cannot read ", path.string(),
                        ": it is not the config.json of a GPT-2 in Hugging Face's layout"));
  } catch (const Error& error) {
    throw Error(str_cat("cannot use ", path.string(), ": ", error.what()));
  }
}

}  // namespace amt
