// The file names in a model folder with Hugging Face's layout.
#pragma once

#include <filesystem>

namespace amt {

struct ModelPaths {
  std::filesystem::path folder;

  std::filesystem::path model() const { return folder / "model.safetensors"; }
  std::filesystem::path config() const { return folder / "config.json"; }

  // Alternatives to model.safetensors, written by other programs.
  std::filesystem::path model_index() const { return folder / "model.safetensors.index.json"; }
  std::filesystem::path torch_model() const { return folder / "pytorch_model.bin"; }
  std::filesystem::path torch_index() const { return folder / "pytorch_model.bin.index.json"; }
};

}  // namespace amt
