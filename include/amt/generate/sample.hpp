// Generates samples of music without a prompt during training.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "amt/model/model.hpp"

namespace amt {

/// Explains why a model cannot generate, phrased to follow the model's name; "" if it can, which
/// requires the arrival encoding and a context of at least kContextLength.
std::string generation_refusal(const ModelConfig& config);

/// Writes 20 seconds of music, or as much as fits into one context, to the MIDI file `file`, and a
/// picture of it to the same name with the extension .svg. In fp32 the music depends on the
/// parameters and the seed alone. Needs device memory for a Decoder of one row; does not change the
/// model. Throws Error if the logits are not finite, SystemError if a file cannot be written.
/// Local.
void write_sample(Model& model, std::uint64_t seed, const std::filesystem::path& file);

}  // namespace amt
