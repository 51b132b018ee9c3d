#include "safetensors_header.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"

namespace amt {
namespace {

using Json = nlohmann::json;

constexpr int kMaxDepth = 3;  // header, tensor, shape: a deeper text is not a header
constexpr std::size_t kMaxDimensions = 8;
constexpr std::array<std::pair<std::string_view, TensorType>, 4> kTypes = {{
    {"F32", TensorType::kF32},
    {"F16", TensorType::kF16},
    {"BF16", TensorType::kBF16},
    {"I64", TensorType::kI64},
}};

/// Parses without ever holding more nesting than a header has, and refuses a key that comes twice
/// (the parser alone would keep the last).
Json parse_flat(std::string_view text) {
  std::vector<std::set<std::string>> keys;
  const auto check = [&keys](int depth, Json::parse_event_t event, Json& parsed) {
    if (depth > kMaxDepth) throw Error("its header is nested too deeply");
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key &&
        !keys.back().insert(parsed.get<std::string>()).second) {
      throw Error(str_cat("its header names ", parsed.dump(), " twice"));
    }
    return true;
  };
  try {
    return Json::parse(text, check);
  } catch (const Json::exception&) {
    throw Error("its header is not JSON");
  }
}

/// A member that must be an array of whole numbers from 0 up.
std::vector<std::uint64_t> numbers(const Json& tensor, const char* key, std::size_t most) {
  const auto it = tensor.find(key);
  if (it == tensor.end() || !it->is_array() || it->size() > most) {
    throw Error(str_cat("it has no proper ", key));
  }
  std::vector<std::uint64_t> values;
  for (const Json& value : *it) {
    if (!value.is_number_unsigned()) throw Error(str_cat("its ", key, " has a bad number"));
    values.push_back(value.get<std::uint64_t>());
  }
  return values;
}

TensorType type_of(const Json& tensor) {
  const auto it = tensor.find("dtype");
  if (it == tensor.end() || !it->is_string()) throw Error("it has no dtype");
  const auto name = it->get<std::string>();
  for (const auto& [known, type] : kTypes) {
    if (name == known) return type;
  }
  throw Error(str_cat("its dtype ", name.substr(0, 16), " is not one of F32, F16, BF16, I64"));
}

/// Elements of a shape whose bytes fit `bytes`; anything larger is refused before it can overflow.
std::uint64_t element_count(std::span<const std::uint64_t> shape, std::uint64_t limit) {
  std::uint64_t count = 1;
  for (const std::uint64_t extent : shape) {
    if (extent > limit || (extent != 0 && count > limit / extent)) {
      throw Error("its shape is larger than the file");
    }
    count *= extent;
  }
  return count;
}

TensorEntry parse_tensor(const std::string& name, const Json& tensor, std::uint64_t data_bytes) {
  if (!tensor.is_object()) throw Error("it is not an object");
  TensorEntry entry;
  entry.name = name;
  entry.type = type_of(tensor);
  const std::vector<std::uint64_t> shape = numbers(tensor, "shape", kMaxDimensions);
  const std::vector<std::uint64_t> offsets = numbers(tensor, "data_offsets", 2);
  if (offsets.size() != 2 || offsets[0] > offsets[1] || offsets[1] > data_bytes) {
    throw Error("its data_offsets lie outside the file");
  }
  entry.elements = element_count(shape, data_bytes);
  if (offsets[1] - offsets[0] != entry.elements * element_bytes(entry.type)) {
    throw Error("its data_offsets do not match its shape");
  }
  entry.begin = offsets[0];
  entry.shape.assign(shape.begin(), shape.end());
  return entry;
}

}  // namespace

std::uint64_t element_bytes(TensorType type) {
  if (type == TensorType::kI64) return 8;
  return type == TensorType::kF32 ? 4 : 2;
}

std::vector<TensorEntry> parse_safetensors_header(std::string_view text, std::uint64_t data_bytes) {
  const Json header = parse_flat(text);
  if (!header.is_object()) throw Error("its header is not an object");
  std::vector<TensorEntry> tensors;
  for (const auto& [name, tensor] : header.items()) {
    if (name == "__metadata__") continue;
    try {
      tensors.push_back(parse_tensor(name, tensor, data_bytes));
    } catch (const Error& error) {
      throw Error(str_cat("tensor '", name.substr(0, 80), "': ", error.what()));
    }
  }
  const auto order = [](const TensorEntry& e) { return std::pair(e.begin, e.elements); };
  std::ranges::sort(tensors, {}, order);
  std::uint64_t end = 0;
  for (const TensorEntry& entry : tensors) {
    if (entry.begin != end) {
      throw Error(str_cat("tensor '", entry.name.substr(0, 80), "' ",
                          entry.begin < end ? "overlaps" : "leaves a gap after",
                          " the one before it"));
    }
    end += entry.elements * element_bytes(entry.type);
  }
  if (end != data_bytes) throw Error("it is longer than its tensors");
  return tensors;
}

}  // namespace amt
