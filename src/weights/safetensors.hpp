// The safetensors format: the header's length in 8 bytes (little endian), a JSON header that maps
// names to {dtype, shape, data_offsets}, then the tensors' bytes, row by row. Example of a header:
//   {"__metadata__":{"format":"pt"},"wpe":{"dtype":"F32","shape":[4,2],"data_offsets":[0,32]}}
// All calls are local.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "amt/base/regular_file.hpp"
#include "tensor_file.hpp"

namespace amt {

/// An open file whose header has been read and checked: names are unique, shapes and offsets are
/// consistent, and the tensors cover the data exactly, without overlap. Not thread-safe.
class SafetensorsReader : public TensorFile {
 public:
  /// Throws an Error naming the file and the problem.
  explicit SafetensorsReader(const std::filesystem::path& path);

  const std::filesystem::path& path() const override { return file_.path(); }
  const std::vector<TensorEntry>& tensors() const override { return tensors_; }
  void read(std::span<const TensorRequest> requests) override;

  const TensorEntry* find(const std::string& name) const;  ///< null if there is none
  /// Reads all elements of an F32, F16 or BF16 tensor; `out` must hold entry.elements.
  void read(const TensorEntry& entry, std::span<float> out);
  /// Reads all elements of an I64 tensor.
  void read(const TensorEntry& entry, std::span<std::int64_t> out);

 private:
  RegularFile file_;
  std::vector<TensorEntry> tensors_;
  std::unordered_map<std::string, std::size_t> by_name_;  // index in tensors_
};

/// An fp32 tensor to write.
struct TensorView {
  std::string name;
  std::vector<std::int64_t> shape;
  std::span<const float> data;
};

/// Writes an AtomicFile: `path` is the old file or the new one. Returns the XXH3 of its bytes.
std::uint64_t write_safetensors(const std::filesystem::path& path,
                                std::span<const TensorView> tensors);

}  // namespace amt
