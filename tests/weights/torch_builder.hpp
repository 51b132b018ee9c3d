// Builds torch files byte by byte, valid ones and malicious ones.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace amt::test {

/// Builds a pickle opcode by opcode; protocol 2.
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
  std::int64_t elements = 0;  ///< of its storage
  std::int64_t first = 0;
  std::string type = "FloatStorage";
  std::string more = "";  ///< opcodes of further arguments
};

/// Adds a tensor as a value: its storage, its position and torch's other members.
PickleBuilder& add_tensor(PickleBuilder& builder, const TorchTensor& tensor);
/// Returns the dictionary of these tensors.
std::string state_dict_pickle(const std::vector<TorchTensor>& tensors);

/// Names and contents.
using Members = std::vector<std::pair<std::string, std::string>>;

/// Returns an archive of stored members. `lie` is a false size of the last member in the directory,
/// and also in its own header if `consistent`.
std::string zip_archive(const Members& members, std::uint32_t lie = 0, bool consistent = false);
/// Returns the format of torch.save: the pickle, and storages by key.
std::string torch_zip(const std::string& pickle, const Members& storages);
/// Returns the format before torch 1.6; all storages have elements of `element_bytes`.
std::string torch_legacy(const std::string& pickle, const Members& storages,
                         std::size_t element_bytes = 4, bool little_endian = true);

/// Returns the bytes of the numbers.
template <class T>
std::string bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

}  // namespace amt::test
