#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "amt/base/error.hpp"
#include "amt/model/parameter_layout.hpp"
#include "amt/ops/int8_weights.hpp"

namespace amt {
namespace {

bool is_matrix_of_block(const ParameterInfo& tensor) {
  return tensor.shape.size() == 2 && tensor.name.starts_with("transformer.h.");
}

}  // namespace

void round_to_int8(const ParameterLayout& layout, std::span<float> parameters) {
  for (const ParameterInfo& tensor : layout.all()) {
    if (!is_matrix_of_block(tensor)) continue;
    const std::span<float> w = parameters.subspan(tensor.offset, tensor.size);
    if (!std::ranges::all_of(w, [](float x) { return std::isfinite(x); })) {
      throw Error(fmt::format("{} has values that are not finite: has the training diverged?",
                              tensor.name));
    }
    const std::vector<float> steps = int8_steps(w.data(), tensor.shape[0], tensor.shape[1]);
    for (std::size_t i = 0; i < w.size(); i += steps.size()) {
      for (std::size_t c = 0; c < steps.size(); ++c) {
        w[i + c] = in_steps(w[i + c], steps[c]) * steps[c];
      }
    }
  }
}

}  // namespace amt
