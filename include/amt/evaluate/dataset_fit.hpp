// Checks whether a model fits a dataset.
#pragma once

#include <string>

#include "amt/dataset/manifest.hpp"
#include "amt/model/config.hpp"

namespace amt {

/// Throws UsageError if a model with this vocabulary and context length cannot be used with this
/// dataset. `model_name` is the user's term for the model: a checkpoint or "the model".
void check_dataset_fits(const Manifest& manifest, const ModelConfig& model,
                        const std::string& model_name);

/// Returns the encoding with a vocabulary of this size: "arrival", "interarrival", or "unknown".
const char* encoding_of_vocabulary(int vocab_size);

}  // namespace amt
