#include "hugging_face_config.hpp"

#include <fmt/core.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "amt/base/error.hpp"
#include "amt/base/json.hpp"
#include "amt/model/model_limits.hpp"

namespace amt {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kLayerNormEpsilon = 1e-5;
constexpr double kDefaultDropout = 0.1;
constexpr const char* kForModel = " for a model that amt can run";

int extent(const json::Value& root, const char* name, int most) {
  return root.at(name).integer(1, most);
}

double rate(const json::Value& root, const char* name) {
  const auto value = root.find(name);
  if (!value) return kDefaultDropout;
  const double rate = value->number();
  if (rate < 0 || rate >= 1) value->refuse("a rate of at least 0 and below 1");
  return rate;
}

void require_text(const json::Value& root, const char* name, const char* text) {
  const auto value = root.find(name);
  if (value && value->text() != text) value->refuse(fmt::format("'{}'{}", text, kForModel));
}

void require_flag(const json::Value& root, const char* name, bool flag) {
  const auto value = root.find(name);
  if (value && value->boolean() != flag) {
    value->refuse(fmt::format("{}{}", flag ? "true" : "false", kForModel));
  }
}

/// Checks the members for which this program supports only Hugging Face's default; they may be
/// absent.
void require_supported(const json::Value& root) {
  root.at("model_type");
  require_text(root, "model_type", "gpt2");
  require_text(root, "activation_function", "gelu_new");
  require_flag(root, "tie_word_embeddings", true);
  require_flag(root, "scale_attn_weights", true);
  require_flag(root, "add_cross_attention", false);
  const auto epsilon = root.find("layer_norm_epsilon");
  if (epsilon && std::abs(epsilon->number() - kLayerNormEpsilon) >= 1e-9) {
    epsilon->refuse(fmt::format("1e-5{}", kForModel));
  }
  const auto inner = root.find("n_inner");
  const int expected = 4 * extent(root, "n_embd", kMaxWidth);
  if (inner && !inner->is_null() && std::cmp_not_equal(inner->count(), expected)) {
    inner->refuse(fmt::format("4 x n_embd{}", kForModel));
  }
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
  const json::Value root = json::read(path);
  require_supported(root);
  ModelConfig config;
  config.seq_len = extent(root, "n_positions", kMaxPositions);
  config.hidden_dim = extent(root, "n_embd", kMaxWidth);
  config.num_heads = extent(root, "n_head", kMaxWidth);
  config.num_layers = extent(root, "n_layer", kMaxLayers);
  config.vocab_size = extent(root, "vocab_size", kMaxVocabulary);
  const auto scale = root.find("scale_attn_by_inverse_layer_idx");
  config.scale_attn_by_inverse_layer_idx = scale && scale->boolean();
  config.embed_pdrop = rate(root, "embd_pdrop");
  config.resid_pdrop = rate(root, "resid_pdrop");
  try {
    config.validate();
  } catch (const Error& error) {
    throw Error(fmt::format("cannot use {}: {}", path.string(), error.what()));
  }
  return config;
}

}  // namespace amt
