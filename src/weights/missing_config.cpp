#include <fmt/core.h>

#include <set>

#include "amt/base/error.hpp"
#include "amt/weights/hugging_face.hpp"
#include "model_weights.hpp"
#include "parameter_names.hpp"

namespace amt {
namespace {

/// Returns "50" for dimension 0 of wte [50, 16]; "?" if there is no such tensor or dimension.
std::string extent_of(const ModelWeights& weights, std::string_view parameter,
                      std::size_t dimension) {
  for (const auto& [name, place] : weights.places()) {
    const std::vector<std::int64_t>& shape = weights.entry(place).shape;
    if (short_name(name) == parameter && dimension < shape.size()) {
      return std::to_string(shape[dimension]);
    }
  }
  return "?";
}

std::size_t layers_of(const ModelWeights& weights) {
  std::set<std::string_view> layers;  // the N of h.N.ln_1.weight
  for (const auto& [name, place] : weights.places()) {
    const std::string_view parameter = short_name(name);
    if (parameter.starts_with("h.") && parameter.ends_with(".ln_1.weight")) {
      layers.insert(parameter);
    }
  }
  return layers.size();
}

}  // namespace

Error missing_config(const std::filesystem::path& folder) {
  std::error_code unknown;
  if (std::filesystem::is_regular_file(folder, unknown)) {
    return Error(fmt::format("{} is a file; use the folder with the weights and their config.json",
                             folder.string()));
  }
  if (!find_weights(ModelPaths{folder})) {
    return Error(fmt::format(
        "{} is not a checkpoint: it has neither a checkpoints folder nor config.json with "
        "model.safetensors or pytorch_model.bin",
        folder.string()));
  }
  const ModelWeights weights(ModelPaths{folder});
  return Error(fmt::format(
      "{} has weights, but no config.json; use the one published with them, or write "
      "{{\"model_type\": \"gpt2\", \"vocab_size\": {}, \"n_positions\": {}, \"n_embd\": {}, "
      "\"n_layer\": {}, \"n_head\": ?, \"scale_attn_by_inverse_layer_idx\": ?}} with the values "
      "that the weights do not show",
      folder.string(), extent_of(weights, "wte.weight", 0), extent_of(weights, "wpe.weight", 0),
      extent_of(weights, "wpe.weight", 1), layers_of(weights)));
}

}  // namespace amt
