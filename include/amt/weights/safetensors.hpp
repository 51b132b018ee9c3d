// The safetensors format: 8 bytes of header length (little endian), a JSON header that maps names
// to {dtype, shape, data_offsets}, then the tensors' bytes, row by row. Example header:
//   {"__metadata__":{"format":"pt"},"wpe":{"dtype":"F32","shape":[4,2],"data_offsets":[0,32]}}
// Files from elsewhere are checked as hostile before any of their numbers is used. All calls local.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace amt {

enum class TensorType : std::uint8_t { kF32, kF16, kBF16, kI64 };

/// Where one tensor of a file lies.
struct TensorEntry {
  std::string name;
  TensorType type = TensorType::kF32;
  std::vector<std::int64_t> shape;
  std::uint64_t elements = 0;  ///< product of shape
  std::uint64_t begin = 0;     ///< byte in the file
};

/// An open file whose header has been read and checked: names unique, shapes and offsets
/// consistent, tensors covering the data exactly, without overlap. Not thread-safe.
class SafetensorsReader {
 public:
  /// Error naming the file and what is wrong with it.
  explicit SafetensorsReader(const std::filesystem::path& path);

  const std::vector<TensorEntry>& tensors() const { return tensors_; }
  const TensorEntry* find(const std::string& name) const;  ///< null if there is none

  /// All elements of an F32, F16 or BF16 tensor; `out` holds entry.elements.
  void read(const TensorEntry& entry, std::span<float> out);
  /// All elements of an I64 tensor.
  void read(const TensorEntry& entry, std::span<std::int64_t> out);

 private:
  void read_bytes(const TensorEntry& entry, std::uint64_t offset, std::span<std::byte> out);
  std::filesystem::path path_;
  std::ifstream file_;
  std::vector<TensorEntry> tensors_;
  std::unordered_map<std::string, std::size_t> by_name_;  // index in tensors_
};

/// One fp32 tensor to be written.
struct TensorView {
  std::string name;
  std::vector<std::int64_t> shape;
  std::span<const float> data;
};

/// Writes PATH.tmp, fsyncs it and renames it to PATH.
void write_safetensors(const std::filesystem::path& path, std::span<const TensorView> tensors);

}  // namespace amt
