// Builds torch files byte by byte, both valid and malicious ones.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace amt::test {

/// Builds a pickle opcode by opcode, in protocol 2.
class PickleBuilder {
 public:
  PickleBuilder& raw(std::string_view opcodes) { return text_ += opcodes, *this; }
  PickleBuilder& text(std::string_view text);
  PickleBuilder& number(std::int64_t value);
  PickleBuilder& tuple(const std::vector<std::int64_t>& values);
  PickleBuilder& global(std::string_view module, std::string_view name);
  /// Returns the complete pickle with its first and last opcode.
  std::string pickle() const { return "\x80\x02" + text_ + "."; }

 private:
  std::string text_;
};

struct TorchTensor {
  std::string name;
  std::vector<std::int64_t> shape, strides;
  std::string key = "0";
  std::int64_t elements = 0;  ///< size of its storage
  std::int64_t first = 0;
  std::string type = "FloatStorage";
  std::string more = "";  ///< opcodes for further arguments
};

/// Adds the opcodes that create a tensor: its storage, its position and torch's other arguments.
PickleBuilder& add_tensor(PickleBuilder& builder, const TorchTensor& tensor);
/// Returns the pickle of a dictionary of these tensors.
std::string state_dict_pickle(const std::vector<TorchTensor>& tensors);

/// Names and contents of an archive's members.
using Members = std::vector<std::pair<std::string, std::string>>;

/// Returns a zip archive of uncompressed members. If `lie` is not 0, the directory states it as the
/// size of the last member; the member's own header does, too, if `consistent`.
std::string zip_archive(const Members& members, std::uint32_t lie = 0, bool consistent = false);
/// Returns a file in torch.save's current format, with this pickle and storages by key.
std::string torch_zip(const std::string& pickle, const Members& storages);
/// Returns a file in the format before torch 1.6; all storages have elements of `element_bytes`.
std::string torch_legacy(const std::string& pickle, const Members& storages,
                         std::size_t element_bytes = 4, bool little_endian = true);

/// Returns the bytes of the numbers.
template <class T>
std::string bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

}  // namespace amt::test
