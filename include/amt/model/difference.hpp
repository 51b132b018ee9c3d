// Compares the options of two models, and copies a model's options to another.
#pragma once

#include <optional>
#include <string>

#include "amt/base/options.hpp"
#include "amt/model/config.hpp"

namespace amt {

/// Returns the first option whose difference prevents one model from using the other's parameters
/// (Effect::kResult); `before` is the value in a, `now` that in b. Dropout rates and gradient
/// checkpointing may differ.
std::optional<OptionChange> shape_difference(const ModelConfig& a, const ModelConfig& b);

/// Returns the first option recorded in config.json that differs between two models.
std::optional<OptionChange> recorded_difference(const ModelConfig& a, const ModelConfig& b);

/// Copies from `found`, the model in the folder `source`, every [model] option that a config.json
/// records and that the user has not `given`. Throws a UsageError naming the option and both values
/// if a given value contradicts the parameters in the folder.
void adopt_config(const ModelConfig& found, const std::string& source, const OptionTable& given,
                  ModelConfig& model);

}  // namespace amt
