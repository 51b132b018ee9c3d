// The files of a folder that holds a model as Hugging Face keeps it.
#pragma once

#include <filesystem>

namespace amt {

struct ModelPaths {
  std::filesystem::path folder;

  std::filesystem::path model() const { return folder / "model.safetensors"; }
  std::filesystem::path config() const { return folder / "config.json"; }
};

}  // namespace amt
