// Training that starts from an existing model in place of random weights: trainer.initialize_from.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>

#include "amt/base/options.hpp"
#include "amt/model/config.hpp"
#include "amt/train/run_configuration.hpp"

namespace amt {

/// The first option in which two models differ so that one cannot take the other's parameters for
/// its own; `before` is a's value, `now` is b's. Dropout rates and gradient checkpointing may
/// differ.
std::optional<ConfigurationChange> shape_difference(const ModelConfig& a, const ModelConfig& b);

/// The first option that a config.json records and in which two models differ.
std::optional<ConfigurationChange> recorded_difference(const ModelConfig& a, const ModelConfig& b);

/// Gives `model` the values of `found`, the model in the folder `source`, for every [model] option
/// that a config.json records and that the user has not `given`. UsageError naming the option and
/// both values if one that was given contradicts the parameters in the folder.
void follow_model(const ModelConfig& found, const std::string& source, const OptionTable& given,
                  ModelConfig& model);

/// Fills a flat parameter buffer from what find_model() finds in `source`, when it is called and
/// not before; null if `source` is empty.
std::function<void(std::span<float>)> initial_values(const std::string& source);

}  // namespace amt
