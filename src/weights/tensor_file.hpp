// A file of named tensors, whatever its format. Files from elsewhere are checked as hostile before
// any of their numbers is used. All calls local.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace amt {

/// Parameters are of one of the first three types; buffers that only have to be passed over may be
/// of any.
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

/// Bytes of one element.
std::uint64_t element_bytes(TensorType type);
/// As safetensors files spell it: "F32".
std::string_view type_name(TensorType type);
/// Whether a model's parameters may be of this type.
bool is_parameter_type(TensorType type);

struct TensorEntry {
  std::string name;
  TensorType type = TensorType::kF32;
  std::vector<std::int64_t> shape;
  std::uint64_t elements = 0;  ///< product of shape
  std::uint64_t begin = 0;     ///< byte where it begins: in the file, or in its torch storage
};

/// What is to be done with one tensor's elements, row by row.
struct TensorRequest {
  std::size_t tensor = 0;  ///< index into tensors()
  std::span<float> out;    ///< as many as the tensor has elements
  /// Not "": `out` has the values of the tensor of this name, is left as it is, and must be equal.
  std::string_view same_as = {};
};

/// An open file whose list of tensors has been read and checked: names are unique, every tensor
/// lies inside the file. Not thread-safe.
class TensorFile {
 public:
  virtual ~TensorFile() = default;
  virtual const std::filesystem::path& path() const = 0;
  virtual const std::vector<TensorEntry>& tensors() const = 0;
  /// In one pass over the file; needs a piece of it in memory, not a tensor. Error naming file and
  /// tensor if one is not of a parameter type, not of `out`'s size, or not the same as `out` where
  /// that is asked.
  virtual void read(std::span<const TensorRequest> requests) = 0;
};

/// Opens a .safetensors file, or as a torch file any other. Error naming it and what is wrong.
std::unique_ptr<TensorFile> open_tensor_file(const std::filesystem::path& path);

}  // namespace amt
