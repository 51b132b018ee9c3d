// Maps the tensors of a folder to the model's parameters.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "amt/model/parameter_layout.hpp"
#include "model_weights.hpp"

namespace amt {

struct FoundParameters {
  std::vector<ModelWeights::Place> places;  ///< of each parameter, in the layout's order
  /// Of an output layer that is stored beside the token embedding, whose values it must have.
  std::optional<ModelWeights::Place> output_layer;
};

/// The name without the prefix that GPT2LMHeadModel has and GPT2Model has not.
std::string_view short_name(std::string_view name);

/// The token embedding.
const ParameterInfo& token_embedding(const ParameterLayout& layout);

/// Error naming the tensor if one is missing, has another shape than config.json implies or a type
/// that no parameter has, is there under two names, or is no part of the model.
FoundParameters find_parameters(const ModelWeights& weights, const ParameterLayout& layout);

}  // namespace amt
