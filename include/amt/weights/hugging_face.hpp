// Models in the layout of Hugging Face's GPT2LMHeadModel: config.json and weights, with that
// class's names and layouts (linear weights [in, out]), without padding rows. Written is
// model.safetensors in fp32. Read are:
// - model.safetensors or pytorch_model.bin (amt/weights/torch_file.hpp), each in one file or in
//   several with its index.json; safetensors win, as in transformers;
// - fp32, fp16 and bf16;
// - names with the prefix "transformer." and, as GPT2Model alone has them, without;
// - beside the parameters an output layer lm_head.weight, if it has the values of the token
//   embedding, and attention masks (h.N.attn.bias, h.N.attn.masked_bias) of any type, which are
//   passed over. Everything else is refused by name.
// All calls local.
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

/// Writes both files, fsynced. `parameters` holds layout.total() floats.
void write_hugging_face(const ModelPaths& paths, const ModelConfig& config,
                        const ParameterLayout& layout, std::span<const float> parameters);

/// What there is to say of a folder without config.json: what is missing and, where there are
/// weights, how to write it. It may be a file, too, or not be there. Throws what is wrong with the
/// weights.
Error missing_config(const std::filesystem::path& folder);

/// A folder with both, checked: the configuration describes a model that this program has, and the
/// weights' names, types and shapes fit it.
class HuggingFaceModel {
 public:
  /// Error naming the file and what is wrong with it. Dropout rates are as in config.json.
  explicit HuggingFaceModel(const std::filesystem::path& folder);
  HuggingFaceModel(HuggingFaceModel&&) noexcept;
  HuggingFaceModel& operator=(HuggingFaceModel&&) = delete;
  ~HuggingFaceModel();

  const ModelConfig& config() const { return config_; }
  const ParameterLayout& layout() const { return layout_; }
  /// All parameters; `out` holds layout().total() floats, padding becomes 0. Besides `out` it needs
  /// some 100 KiB of memory. Error naming a tensor that is damaged or has values that are not
  /// finite.
  void read(std::span<float> out);

 private:
  ModelConfig config_;
  ParameterLayout layout_;
  std::unique_ptr<ModelWeights> weights_;
};

}  // namespace amt
