#include "amt/weights/hugging_face.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "hugging_face_config.hpp"
#include "model_weights.hpp"
#include "parameter_names.hpp"
#include "safetensors.hpp"

namespace amt {
namespace {

template <class Floats>
auto part(Floats all, const ParameterInfo& parameter) {
  return all.subspan(parameter.offset, parameter.size);
}

void refuse_values_that_are_not_finite(const ModelWeights& weights, const ParameterLayout& layout,
                                       std::span<const float> values) {
  for (const ParameterInfo& parameter : layout.all()) {
    const auto finite = [](float value) { return std::isfinite(value); };
    if (std::ranges::all_of(part(values, parameter), finite)) continue;
    throw Error(fmt::format("{}: tensor {} has values that are not finite", weights.path().string(),
                            parameter.name));
  }
}

}  // namespace

std::uint64_t write_hugging_face(const ModelPaths& paths, const ModelConfig& config,
                                 const ParameterLayout& layout, std::span<const float> parameters) {
  std::vector<TensorView> tensors;
  for (const ParameterInfo& parameter : layout.all()) {
    tensors.push_back({parameter.name, parameter.shape, part(parameters, parameter)});
  }
  write_file_atomically(paths.config(), to_hugging_face_json(config));
  return write_safetensors(paths.model(), tensors);
}

HuggingFaceModel::HuggingFaceModel(const std::filesystem::path& folder)
    : config_(read_hugging_face_config(ModelPaths{folder}.config())),
      layout_(config_),
      weights_(std::make_unique<ModelWeights>(ModelPaths{folder})) {
  find_parameters(*weights_, layout_);
}

HuggingFaceModel::HuggingFaceModel(HuggingFaceModel&&) noexcept = default;
HuggingFaceModel::~HuggingFaceModel() = default;

void HuggingFaceModel::read(std::span<float> out) {
  std::ranges::fill(out, 0.0f);
  const FoundParameters found = find_parameters(*weights_, layout_);
  std::vector<ModelWeights::Request> requests;
  for (std::size_t i = 0; i < found.places.size(); ++i) {
    requests.push_back({found.places[i], part(out, layout_.all()[i])});
  }
  weights_->read(requests);
  refuse_values_that_are_not_finite(*weights_, layout_, out);
  if (!found.output_layer) return;
  const ParameterInfo& embedding = token_embedding(layout_);
  const std::array tied = {
      ModelWeights::Request{*found.output_layer, part(out, embedding), embedding.name}};
  weights_->read(tied);
}

}  // namespace amt
