// Music that a model makes from nothing during its training.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "amt/model/model.hpp"

namespace amt {

/// Why models like this one cannot generate, in words that follow the model's name; "" if they can:
/// those of the arrival encoding with a context of kContextLength.
std::string generation_refusal(const ModelConfig& config);

/// Writes 20 seconds of music, or what fits one context, to the MIDI file `file` and as a picture
/// beside it, with the ending .svg. In fp32 it follows from the parameters and the seed alone.
/// Needs device memory for a Decoder of one row; leaves the model as it is. Error if the logits are
/// not finite, SystemError if a file cannot be written. Local.
void write_sample(Model& model, std::uint64_t seed, const std::filesystem::path& file);

}  // namespace amt
