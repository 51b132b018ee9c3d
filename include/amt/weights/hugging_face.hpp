// Models in the layout of Hugging Face's GPT2LMHeadModel: config.json and weights with that class's
// names and layouts (linear weights are [in, out]), without padding rows. Writes model.safetensors
// in fp32. Reads:
// - model.safetensors or pytorch_model.bin (amt/weights/torch_file.hpp), each as one file or as
//   several with an index.json; safetensors take precedence, as in transformers;
// - fp32, fp16 and bf16;
// - names with the prefix "transformer." or, like those of GPT2Model, without it;
// - besides the parameters, an output layer lm_head.weight if it equals the token embedding, and
//   attention masks (h.N.attn.bias, h.N.attn.masked_bias) of any type, which are ignored. All other
//   tensors are refused with their names.
// All calls are local.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "amt/base/error.hpp"
#include "amt/model/config.hpp"
#include "amt/model/parameter_layout.hpp"
#include "amt/weights/model_paths.hpp"

namespace amt {

class ModelWeights;

/// Writes and syncs both files. `parameters` holds layout.total() floats. Returns the XXH3 of
/// model.safetensors.
std::uint64_t write_hugging_face(const ModelPaths& paths, const ModelConfig& config,
                                 const ParameterLayout& layout, std::span<const float> parameters);

/// Returns the error for a folder without config.json, which explains what is missing and, if there
/// are weights, how to write the file. `folder` may also be a file, or not exist. Throws Error if
/// the weights are invalid.
Error missing_config(const std::filesystem::path& folder);

/// A model folder that has been opened and checked: its configuration describes a model that this
/// program supports, and the names, types and shapes of the weights match it.
class HuggingFaceModel {
 public:
  /// Throws an Error naming the file and the problem. Dropout rates are those in config.json.
  explicit HuggingFaceModel(const std::filesystem::path& folder);
  HuggingFaceModel(HuggingFaceModel&&) noexcept;
  HuggingFaceModel& operator=(HuggingFaceModel&&) = delete;
  ~HuggingFaceModel();

  const ModelConfig& config() const { return config_; }
  const ParameterLayout& layout() const { return layout_; }
  /// Reads all parameters; `out` holds layout().total() floats, and padding becomes 0. Needs about
  /// 100 KiB of memory besides `out`. Throws an Error naming a tensor that is damaged or has values
  /// that are not finite.
  void read(std::span<float> out);

 private:
  ModelConfig config_;
  ParameterLayout layout_;
  std::unique_ptr<ModelWeights> weights_;
};

}  // namespace amt
