// Whether a model fits a dataset.
#pragma once

#include <string>

#include "amt/dataset/manifest.hpp"
#include "amt/model/config.hpp"

namespace amt {

/// UsageError unless a model with this vocabulary and context can look at this dataset.
/// `model_name` is what the user gave: a checkpoint or "the model".
void check_dataset_fits(const Manifest& manifest, const ModelConfig& model,
                        const std::string& model_name);

/// "arrival", "interarrival", or "unknown" of a vocabulary's size.
const char* encoding_of_vocabulary(int vocab_size);

}  // namespace amt
