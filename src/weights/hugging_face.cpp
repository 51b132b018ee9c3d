#include "amt/weights/hugging_face.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_set>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/base/strings.hpp"
#include "hugging_face_config.hpp"

namespace amt {
namespace {

constexpr std::string_view kPrefix = "transformer.";

/// Tensors that some exports have and that say nothing new: causal masks and the tied output layer.
bool redundant(const std::string& name) {
  return name.ends_with(".attn.bias") || name.ends_with(".attn.masked_bias") ||
         name == "lm_head.weight";
}

std::span<const float> values(std::span<const float> all, const ParameterInfo& parameter) {
  return all.subspan(static_cast<std::size_t>(parameter.offset),
                     static_cast<std::size_t>(parameter.size));
}

/// One file of weights, in a format that is safe to read. Error saying what to do otherwise.
std::filesystem::path weights_file(const std::filesystem::path& folder) {
  const std::filesystem::path path = ModelPaths{folder}.model();
  if (std::filesystem::exists(path)) return path;
  for (const char* other :
       {"model.safetensors.index.json", "pytorch_model.bin.index.json", "pytorch_model.bin"}) {
    if (!std::filesystem::exists(folder / other)) continue;
    throw Error(str_cat(folder.string(), " has its weights as ", other,
                        ", which amt does not read; make one model.safetensors of them in Python: "
                        "GPT2LMHeadModel.from_pretrained(OLD).save_pretrained(NEW, "
                        "max_shard_size='100GB')"));
  }
  return path;
}

}  // namespace

void write_hugging_face(const ModelPaths& paths, const ModelConfig& config,
                        const ParameterLayout& layout, std::span<const float> parameters) {
  std::vector<TensorView> tensors;
  for (const ParameterInfo& parameter : layout.all()) {
    tensors.push_back({parameter.name, parameter.shape, values(parameters, parameter)});
  }
  write_safetensors(paths.model(), tensors);
  write_file_atomically(paths.config(), to_hugging_face_json(config));
}

HuggingFaceModel::HuggingFaceModel(const std::filesystem::path& folder)
    : folder_(folder),
      config_(read_hugging_face_config(ModelPaths{folder}.config())),
      layout_(config_),
      weights_(weights_file(folder)) {
  for (const ParameterInfo& parameter : layout_.all()) {
    const TensorEntry& entry = entry_of(parameter);
    if (entry.shape != parameter.shape || entry.type == TensorType::kI64) {
      throw Error(str_cat(ModelPaths{folder}.model().string(), ": tensor ", entry.name,
                          " does not have the shape that config.json implies"));
    }
  }
  refuse_strangers();
}

const TensorEntry& HuggingFaceModel::entry_of(const ParameterInfo& parameter) const {
  const TensorEntry* entry = weights_.find(parameter.name);
  // GPT2Model alone, without the language model's head, is saved without the prefix.
  if (entry == nullptr) entry = weights_.find(parameter.name.substr(kPrefix.size()));
  if (entry == nullptr) {
    throw Error(str_cat(ModelPaths{folder_}.model().string(), " has no tensor ", parameter.name));
  }
  return *entry;
}

void HuggingFaceModel::refuse_strangers() const {
  std::unordered_set<std::string> known;
  for (const ParameterInfo& parameter : layout_.all()) {
    known.insert(parameter.name);
    known.insert(parameter.name.substr(kPrefix.size()));
  }
  for (const TensorEntry& entry : weights_.tensors()) {
    if (redundant(entry.name) || known.contains(entry.name)) continue;
    throw Error(str_cat(ModelPaths{folder_}.model().string(), " has a tensor '",
                        printable(entry.name, 80), "' that is no part of GPT-2"));
  }
}

void HuggingFaceModel::read(std::span<float> out) {
  std::ranges::fill(out, 0.0f);
  for (const ParameterInfo& parameter : layout_.all()) {
    const auto values = out.subspan(static_cast<std::size_t>(parameter.offset),
                                    static_cast<std::size_t>(parameter.size));
    weights_.read(entry_of(parameter), values);
    if (std::ranges::all_of(values, [](float value) { return std::isfinite(value); })) continue;
    throw Error(str_cat(ModelPaths{folder_}.model().string(), ": tensor ", parameter.name,
                        " has values that are not finite"));
  }
}

}  // namespace amt
