// A model as Hugging Face's GPT2LMHeadModel keeps it: model.safetensors and config.json, with that
// class's names and layouts (linear weights [in, out]), without padding rows. All calls local.
#pragma once

#include <filesystem>
#include <span>

#include "amt/model/config.hpp"
#include "amt/model/gpt2.hpp"
#include "amt/weights/model_paths.hpp"
#include "amt/weights/safetensors.hpp"

namespace amt {

/// Writes both files, fsynced. `parameters` holds layout.total() floats.
void write_hugging_face(const ModelPaths& paths, const ModelConfig& config,
                        const ParameterLayout& layout, std::span<const float> parameters);

/// A folder with both files, checked: the configuration describes a model that this program has,
/// and the weights' names and shapes fit it.
class HuggingFaceModel {
 public:
  /// Error naming the file and what is wrong with it. Dropout rates are as in config.json.
  explicit HuggingFaceModel(const std::filesystem::path& folder);

  const ModelConfig& config() const { return config_; }
  const ParameterLayout& layout() const { return layout_; }
  /// All parameters; `out` holds layout().total() floats, padding becomes 0.
  void read(std::span<float> out);

 private:
  const TensorEntry& entry_of(const ParameterInfo& parameter) const;
  void refuse_strangers() const;
  std::filesystem::path folder_;
  ModelConfig config_;
  ParameterLayout layout_;
  SafetensorsReader weights_;
};

}  // namespace amt
