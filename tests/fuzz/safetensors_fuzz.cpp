// libFuzzer target: any bytes as a safetensors file. What it looks for are the sanitizers' findings
// and broken promises of the contract: tensors that cover the data exactly, and can all be read.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/weights/safetensors.hpp"

namespace amt {
namespace {

void require(bool promise, const char* what) {
  if (promise) return;
  std::fprintf(stderr, "broken promise: %s\n", what);
  std::abort();
}

/// A file in memory with a path.
class MemoryFile {
 public:
  explicit MemoryFile(std::span<const std::byte> bytes) : fd_(::memfd_create("fuzz", MFD_CLOEXEC)) {
    write_all(fd_, bytes, "memory");
  }
  ~MemoryFile() { ::close(fd_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }

 private:
  int fd_;
};

std::uint64_t read_all(SafetensorsReader& reader, const TensorEntry& entry) {
  if (entry.type == TensorType::kI64) {
    std::vector<std::int64_t> values(entry.elements);
    reader.read(entry, values);
    return 8 * entry.elements;
  }
  std::vector<float> values(entry.elements);
  reader.read(entry, values);
  return (entry.type == TensorType::kF32 ? 4 : 2) * entry.elements;
}

void run(std::span<const std::byte> bytes) {
  const MemoryFile file(bytes);
  std::optional<SafetensorsReader> reader;
  try {
    reader.emplace(file.path());
  } catch (const Error&) {
    return;  // refused, as most inputs are
  }
  std::set<std::string> names;
  std::uint64_t end = reader->tensors().empty() ? bytes.size() : reader->tensors().front().begin;
  for (const TensorEntry& entry : reader->tensors()) {
    require(names.insert(entry.name).second, "names are unique");
    require(reader->find(entry.name) == &entry, "a tensor is found by its name");
    require(entry.begin == end, "a tensor begins where the one before it ends");
    end += read_all(*reader, entry);
  }
  require(end == bytes.size(), "the tensors are the rest of the file");
}

/// The same with the header's length set right: most mutations move the header's end.
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
