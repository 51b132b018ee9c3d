// config.json of Hugging Face's GPT2Config.
#pragma once

#include <filesystem>
#include <string>

#include "amt/model/config.hpp"

namespace amt {

std::string to_hugging_face_json(const ModelConfig& config);

/// Throws an Error naming the file if it describes a model that this program's GPT-2 does not
/// support.
ModelConfig read_hugging_face_config(const std::filesystem::path& path);

}  // namespace amt
