#include "torch_builder.hpp"

#include <zlib.h>

namespace amt::test {
namespace {

template <class T>
std::string little(T value) {
  return bytes_of(std::vector<T>{value});
}

std::string entry_of(const std::string& name, const std::string& content, std::uint32_t size) {
  const auto crc = static_cast<std::uint32_t>(
      crc32(0, reinterpret_cast<const Bytef*>(content.data()), static_cast<uInt>(content.size())));
  // Fields: version, flags (names are UTF-8), method, time, date.
  return little<std::uint16_t>(10) + little<std::uint16_t>(0x800) + little<std::uint16_t>(0) +
         little<std::uint32_t>(0x00210000) + little(crc) + little(size) + little(size) +
         little(static_cast<std::uint16_t>(name.size())) + little<std::uint16_t>(0);
}

}  // namespace

PickleBuilder& PickleBuilder::text(std::string_view text) {
  return raw("X").raw(little(static_cast<std::uint32_t>(text.size()))).raw(text);
}

PickleBuilder& PickleBuilder::number(std::int64_t value) {
  return raw("\x8a\x08").raw(little(value));
}

PickleBuilder& PickleBuilder::tuple(const std::vector<std::int64_t>& values) {
  raw("(");
  for (const std::int64_t value : values) number(value);
  return raw("t");
}

PickleBuilder& PickleBuilder::global(std::string_view module, std::string_view name) {
  return raw("c").raw(module).raw("\n").raw(name).raw("\n");
}

PickleBuilder& add_tensor(PickleBuilder& builder, const TorchTensor& tensor) {
  builder.global("torch._utils", "_rebuild_tensor_v2").raw("((").text("storage");
  builder.global("torch", tensor.type).text(tensor.key).text("cpu").number(tensor.elements);
  builder.raw("tQ").number(tensor.first).tuple(tensor.shape).tuple(tensor.strides).raw("\x89");
  return builder.global("collections", "OrderedDict").raw(")R").raw(tensor.more).raw("tR");
}

std::string state_dict_pickle(const std::vector<TorchTensor>& tensors) {
  PickleBuilder builder;
  builder.global("collections", "OrderedDict").raw(")R(");
  for (const TorchTensor& tensor : tensors) add_tensor(builder.text(tensor.name), tensor);
  return builder.raw("u").pickle();
}

std::string zip_archive(const Members& members, std::uint32_t lie, bool consistent) {
  std::string archive, list;
  for (const auto& [name, content] : members) {
    const auto at = static_cast<std::uint32_t>(archive.size());
    const auto size = static_cast<std::uint32_t>(content.size());
    const bool last = &name == &members.back().first;
    const std::uint32_t listed = last && lie != 0 ? lie : size;
    archive += "PK\3\4" + entry_of(name, content, consistent ? listed : size) + name + content;
    list += "PK\1\2" + little<std::uint16_t>(10) + entry_of(name, content, listed) +
            std::string(10, '\0') + little(at) + name;
  }
  const auto count = static_cast<std::uint16_t>(members.size());
  return archive + list + "PK\5\6" + std::string(4, '\0') + little(count) + little(count) +
         little(static_cast<std::uint32_t>(list.size())) +
         little(static_cast<std::uint32_t>(archive.size())) + little<std::uint16_t>(0);
}

std::string torch_zip(const std::string& pickle, const Members& storages) {
  Members members = {{"m/data.pkl", pickle}};
  for (const auto& [key, content] : storages) members.emplace_back("m/data/" + key, content);
  return zip_archive(members);
}

std::string torch_legacy(const std::string& pickle, const Members& storages,
                         std::size_t element_bytes, bool little_endian) {
  std::string file = "\x80\x02\x8a\x0al\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M\xe9\x03.";
  file += PickleBuilder()
              .raw("}")
              .text("little_endian")
              .raw(little_endian ? "\x88s" : "\x89s")
              .pickle();
  PickleBuilder keys;
  keys.raw("](");
  for (const auto& [key, content] : storages) keys.text(key);
  file += pickle + keys.raw("e").pickle();
  for (const auto& [key, content] : storages) {
    file += little(static_cast<std::uint64_t>(content.size() / element_bytes)) + content;
  }
  return file;
}

}  // namespace amt::test
