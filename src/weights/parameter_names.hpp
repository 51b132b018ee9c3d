// Maps the tensors in a folder to the model's parameters.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "amt/model/parameter_layout.hpp"
#include "model_weights.hpp"

namespace amt {

struct FoundParameters {
  std::vector<ModelWeights::Place> places;  ///< for each parameter, in the layout's order
  /// An output layer that is stored besides the token embedding and must have the same values.
  std::optional<ModelWeights::Place> output_layer;
};

/// Returns the name without GPT2LMHeadModel's prefix, which GPT2Model does not have.
std::string_view short_name(std::string_view name);

/// Returns the token embedding.
const ParameterInfo& token_embedding(const ParameterLayout& layout);

/// Throws an Error naming the tensor if one is missing, has a shape that contradicts config.json or
/// a type that parameters cannot have, exists under two names, or is not part of the model.
FoundParameters find_parameters(const ModelWeights& weights, const ParameterLayout& layout);

}  // namespace amt
