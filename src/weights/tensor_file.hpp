// A file of named tensors in any supported format. Files from elsewhere are not trusted: every
// number is checked before it is used. All calls are local.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace amt {

/// Parameters have one of the first three types; buffers, which are skipped, may have any type.
enum class TensorType : std::uint8_t {
  kF32,
  kF16,
  kBF16,
  kF64,
  kI64,
  kI32,
  kI16,
  kI8,
  kU64,
  kU32,
  kU16,
  kU8,
  kF8E5M2,
  kF8E4M3,
  kBool
};

/// Returns the size of one element in bytes.
std::uint64_t element_bytes(TensorType type);
/// Returns the name used in safetensors files, for example "F32".
std::string_view type_name(TensorType type);
/// Returns whether a model's parameters may have this type.
bool is_parameter_type(TensorType type);

struct TensorEntry {
  std::string name;
  TensorType type = TensorType::kF32;
  std::vector<std::int64_t> shape;
  std::uint64_t elements = 0;  ///< product of shape
  std::uint64_t begin = 0;     ///< first byte, in the file or in its torch storage
};

/// A request to read one tensor's elements, in row-major order.
struct TensorRequest {
  std::size_t tensor = 0;  ///< index into tensors()
  std::span<float> out;    ///< one float for each of the tensor's elements
  /// If not empty, the name of another tensor, whose values `out` already holds. `out` is then not
  /// written; the tensor must be equal to it.
  std::string_view same_as = {};
};

/// An open file whose list of tensors has been read and checked: names are unique, and every tensor
/// is inside the file. Not thread-safe.
class TensorFile {
 public:
  virtual ~TensorFile() = default;
  virtual const std::filesystem::path& path() const = 0;
  virtual const std::vector<TensorEntry>& tensors() const = 0;
  /// Reads in a single pass over the file, in pieces that need little memory. Throws an Error
  /// naming the file and the tensor if one does not have a parameter type, does not have `out`'s
  /// size, or differs from `out` although equality was requested.
  virtual void read(std::span<const TensorRequest> requests) = 0;
};

/// Opens a .safetensors file, or any other as a torch file. Throws an Error naming it and the
/// problem.
std::unique_ptr<TensorFile> open_tensor_file(const std::filesystem::path& path);

}  // namespace amt
