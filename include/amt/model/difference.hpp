// How two models differ, and which options a model adopts from another.
#pragma once

#include <optional>
#include <string>

#include "amt/base/options.hpp"
#include "amt/model/config.hpp"

namespace amt {

/// The first option in which two models differ so that one cannot take the other's parameters for
/// its own (Effect::kResult); `before` is a's value, `now` is b's. Dropout rates and gradient
/// checkpointing may differ.
std::optional<OptionChange> shape_difference(const ModelConfig& a, const ModelConfig& b);

/// The first option that a config.json records and in which two models differ.
std::optional<OptionChange> recorded_difference(const ModelConfig& a, const ModelConfig& b);

/// Gives `model` the values of `found`, the model in the folder `source`, for every [model] option
/// that a config.json records and that the user has not `given`. UsageError naming the option and
/// both values if one that was given contradicts the parameters in the folder.
void adopt_config(const ModelConfig& found, const std::string& source, const OptionTable& given,
                  ModelConfig& model);

}  // namespace amt
