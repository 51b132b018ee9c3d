// A libFuzzer target that reads arbitrary bytes as a safetensors file. Finds sanitizer errors and
// violations of the contract: tensors cover the data exactly, and those of known types can be read.
#include <algorithm>
#include <cstring>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "amt/base/error.hpp"
#include "fuzz_support.hpp"
#include "src/weights/safetensors.hpp"

namespace amt {
namespace {

/// Reads a tensor if its type is supported; returns its size in bytes.
std::uint64_t read_all(SafetensorsReader& reader, const TensorEntry& entry) {
  if (entry.type == TensorType::kI64) {
    std::vector<std::int64_t> values(entry.elements);
    reader.read(entry, values);
  } else if (is_parameter_type(entry.type)) {
    std::vector<float> values(entry.elements);
    reader.read(entry, values);
  }
  return element_bytes(entry.type) * entry.elements;
}

void run(std::span<const std::byte> bytes) {
  const MemoryFile file(bytes);
  std::optional<SafetensorsReader> reader;
  try {
    reader.emplace(file.path());
  } catch (const Error&) {
    return;  // rejected, like most inputs
  }
  std::set<std::string> names;
  std::uint64_t end = reader->tensors().empty() ? bytes.size() : reader->tensors().front().begin;
  for (const TensorEntry& entry : reader->tensors()) {
    require(names.insert(entry.name).second, "names must be unique");
    require(reader->find(entry.name) == &entry, "every tensor must be found by its name");
    require(entry.begin == end, "every tensor must begin where the previous one ends");
    end += read_all(*reader, entry);
  }
  require(end == bytes.size(), "the tensors must fill the rest of the file");
}

/// Runs with the correct header length, which most mutations would invalidate.
void run_with_length(std::span<const std::byte> bytes) {
  std::vector<std::byte> file(bytes.begin(), bytes.end());
  const auto brace = std::find(file.rbegin(), file.rend(), std::byte{'}'});
  const auto end = static_cast<std::uint64_t>(file.rend() - brace);
  if (end < 8) return;
  const std::uint64_t length = end - 8;
  std::memcpy(file.data(), &length, sizeof(length));
  run(file);
}

}  // namespace
}  // namespace amt

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  amt::run(bytes);
  amt::run_with_length(bytes);
  return 0;
}
