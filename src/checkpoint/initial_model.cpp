#include "amt/checkpoint/initial_model.hpp"

#include "amt/checkpoint/checkpoint.hpp"
#include "amt/weights/hugging_face.hpp"

namespace amt {

std::function<void(std::span<float>)> initial_values(const std::string& source) {
  if (source.empty()) return nullptr;
  return [source](std::span<float> out) { HuggingFaceModel(find_model(source)).read(out); };
}

}  // namespace amt
