#include "tensor_file.hpp"

#include "safetensors.hpp"
#include "torch_file.hpp"

namespace amt {

std::unique_ptr<TensorFile> open_tensor_file(const std::filesystem::path& path) {
  if (path.extension() == ".safetensors") return std::make_unique<SafetensorsReader>(path);
  return std::make_unique<TorchFile>(path);
}

}  // namespace amt
