#include "safetensors_header.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "amt/base/json.hpp"
#include "amt/base/strings.hpp"
#include "malformed.hpp"
#include "tensor_type.hpp"

namespace amt {
namespace {

// Valid headers have three levels: header, tensor and shape. The largest model here has 50,000
// tensors.
constexpr json::Limits kLimits = {16u << 20, 3, 1u << 20};  // bytes, depth, values
constexpr std::size_t kMaxDimensions = 8;

std::vector<std::uint64_t> numbers(const json::Value& value, std::size_t most) {
  std::vector<std::uint64_t> numbers;
  for (const json::Value& number : value.array(most)) numbers.push_back(number.count());
  return numbers;
}

TensorType type_from(const json::Value& value) {
  if (const auto type = type_from_name(value.text())) return *type;
  value.refuse("a type that amt supports");
}

/// Returns the number of elements of a shape, which must fit into `limit` bytes; anything larger is
/// refused before it can overflow.
std::uint64_t element_count(const json::Value& value, std::span<const std::uint64_t> shape,
                            std::uint64_t limit) {
  std::uint64_t count = 1;
  for (const std::uint64_t extent : shape) {
    if (extent > limit || (extent != 0 && count > limit / extent)) {
      value.fail("is larger than the file");
    }
    count *= extent;
  }
  return count;
}

TensorEntry parse_tensor(const std::string& name, const json::Value& tensor,
                         std::uint64_t data_bytes) {
  TensorEntry entry;
  entry.name = name;
  entry.type = type_from(tensor.at("dtype"));
  const json::Value shape = tensor.at("shape"), offsets = tensor.at("data_offsets");
  const std::vector<std::uint64_t> extents = numbers(shape, kMaxDimensions);
  const std::vector<std::uint64_t> ends = numbers(offsets, 2);
  if (ends.size() != 2 || ends[0] > ends[1] || ends[1] > data_bytes) {
    offsets.fail("is not a range, or is outside the file");
  }
  entry.elements = element_count(shape, extents, data_bytes);
  if (ends[1] - ends[0] != entry.elements * element_bytes(entry.type)) {
    offsets.fail("does not match the shape");
  }
  entry.begin = ends[0];
  entry.shape.assign(extents.begin(), extents.end());
  return entry;
}

std::vector<TensorEntry> parse_tensors(std::string_view text, std::uint64_t data_bytes) try {
  std::vector<TensorEntry> tensors;
  for (const auto& [name, tensor] : json::from_text(text, "its header", kLimits).members()) {
    if (name != "__metadata__") tensors.push_back(parse_tensor(name, tensor, data_bytes));
  }
  return tensors;
} catch (const Error& error) {
  throw Malformed(error.what());
}

}  // namespace

std::vector<TensorEntry> parse_safetensors_header(std::string_view text, std::uint64_t data_bytes) {
  std::vector<TensorEntry> tensors = parse_tensors(text, data_bytes);
  const auto order = [](const TensorEntry& e) { return std::pair(e.begin, e.elements); };
  std::ranges::sort(tensors, {}, order);
  std::uint64_t end = 0;
  for (const TensorEntry& entry : tensors) {
    if (entry.begin != end) {
      throw Malformed(fmt::format("tensor '{}' {} the one before it", printable(entry.name, kShown),
                                  entry.begin < end ? "overlaps" : "leaves a gap after"));
    }
    end += entry.elements * element_bytes(entry.type);
  }
  if (end != data_bytes) throw Malformed("it is longer than its tensors");
  return tensors;
}

}  // namespace amt
