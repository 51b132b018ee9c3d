#include "amt/weights/tensor_file.hpp"

#include "amt/weights/safetensors.hpp"
#include "amt/weights/torch_file.hpp"

namespace amt {

std::unique_ptr<TensorFile> open_tensor_file(const std::filesystem::path& path) {
  if (path.extension() == ".safetensors") return std::make_unique<SafetensorsReader>(path);
  return std::make_unique<TorchFile>(path);
}

}  // namespace amt
