#include "element_stream.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <vector>

#include "amt/base/strings.hpp"
#include "malformed.hpp"
#include "tensor_type.hpp"

namespace amt {
namespace {

constexpr std::uint64_t kPieceElements = 1 << 14;

/// Delivers elements [first, first + values.size()) of the tensor, in the order of the file.
void give(const Destination& to, std::uint64_t first, std::span<const float> values) {
  const std::span<float> out = to.request.out;
  if (!to.transposed && to.request.same_as.empty()) {
    std::ranges::copy(values, out.begin() + first);
    return;
  }
  const std::uint64_t rows = to.transposed ? to.tensor->shape[0] : 1;
  const std::uint64_t columns = to.tensor->elements / rows;
  bool same = true;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::uint64_t at = first + i;
    float& mine = out[to.transposed ? at % rows * columns + at / rows : at];
    if (to.request.same_as.empty()) mine = values[i];
    same = same && mine == values[i];
  }
  if (!same) {
    throw Malformed(
        fmt::format("tensor {} differs from {}; amt only supports models in which the two are tied",
                    printable(to.tensor->name, kShown), to.request.same_as));
  }
}

/// Passes one tensor its part of these elements.
void give_share(const Destination& to, std::uint64_t begin, std::span<const float> values) {
  const std::uint64_t first = std::max(begin, to.first);
  const std::uint64_t end = std::min(begin + values.size(), to.first + to.tensor->elements);
  if (first < end) give(to, first - to.first, values.subspan(first - begin, end - first));
}

}  // namespace

void stream_elements(TensorType type, std::uint64_t elements, const NextBytes& next,
                     std::span<const Destination> destinations) {
  const std::uint64_t piece = std::min(elements, kPieceElements);
  std::vector<std::byte> bytes(piece * element_bytes(type));
  std::vector<float> values(piece);
  for (std::uint64_t begin = 0; begin < elements; begin += values.size()) {
    values.resize(std::min(piece, elements - begin));
    bytes.resize(values.size() * element_bytes(type));
    next(bytes);
    widen(type, bytes, values);
    for (const Destination& to : destinations) give_share(to, begin, values);
  }
}

void check_request(const TensorEntry& tensor, const TensorRequest& request) {
  if (!is_parameter_type(tensor.type)) {
    throw Malformed(fmt::format("tensor {} is of type {}; amt reads F32, F16 and BF16",
                                printable(tensor.name, kShown), type_name(tensor.type)));
  }
  if (request.out.size() != tensor.elements) {
    throw Malformed(fmt::format("tensor {} has {} elements instead of {}",
                                printable(tensor.name, kShown), tensor.elements,
                                request.out.size()));
  }
}

}  // namespace amt
