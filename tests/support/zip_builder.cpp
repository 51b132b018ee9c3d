#include "zip_builder.hpp"

#include <sys/stat.h>
#include <zlib.h>

#include <algorithm>
#include <functional>
#include <vector>

#include "amt/base/files.hpp"
#include "tar_builder.hpp"

namespace amt::test {
namespace {

/// Concatenates numbers in little-endian order.
template <class... Numbers>
std::string numbers(Numbers... values) {
  std::string bytes;
  const auto put = [&](std::uint64_t value, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xff);
  };
  (put(values, sizeof(values)), ...);
  return bytes;
}

std::uint16_t n16(std::uint64_t value) { return static_cast<std::uint16_t>(value); }
std::uint32_t n32(std::uint64_t value) { return static_cast<std::uint32_t>(value); }

std::string raw_deflate(const std::string& bytes) {
  z_stream stream = {};
  deflateInit2(&stream, 6, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

}  // namespace

void ZipBuilder::add(const std::string& name, const std::string& content, bool deflate,
                     std::uint32_t mode, const ZipLies& lies) {
  const std::string packed = deflate ? raw_deflate(content) : content;
  const auto crc = lies.crc.value_or(n32(
      crc32(0, reinterpret_cast<const Bytef*>(content.data()), static_cast<uInt>(content.size()))));
  const std::uint64_t bytes = lies.bytes.value_or(n32(content.size()));
  const std::uint64_t all = 0xffffffff, offset = members_.size();
  const auto small = [&](std::uint64_t value) { return n32(lies.zip64 ? all : value); };
  const std::uint16_t version = lies.zip64 ? 45 : 20;
  const std::uint16_t flags = n16((lies.encrypted ? 1u : 0u) | (lies.utf8 ? 0x800u : 0u));
  const std::uint16_t method = deflate ? 8 : 0;
  const std::string head =
      numbers(version, flags, method, n16(0), n16(0x21), crc, small(packed.size()), small(bytes));
  const std::string sizes = numbers(bytes, std::uint64_t{packed.size()});
  const std::string local = lies.zip64 ? numbers(n16(1), n16(16)) + sizes : "";
  const std::string central = lies.zip64 ? numbers(n16(1), n16(24)) + sizes + numbers(offset) : "";
  members_ +=
      "PK\3\4" + head + numbers(n16(name.size()), n16(local.size())) + name + local + packed;
  list_ += "PK\1\2" + numbers(n16(3 << 8 | version)) + head +
           numbers(n16(name.size()), n16(central.size()), n16(0), n16(0), n16(0), mode << 16,
                   small(offset)) +
           name + central;
  ++count_;
}

ZipBuilder& ZipBuilder::stored(const std::string& name, const std::string& content,
                               const ZipLies& lies) {
  add(name, content, false, S_IFREG | 0644, lies);
  return *this;
}

ZipBuilder& ZipBuilder::deflated(const std::string& name, const std::string& content,
                                 const ZipLies& lies) {
  add(name, content, true, S_IFREG | 0644, lies);
  return *this;
}

ZipBuilder& ZipBuilder::folder(const std::string& name) {
  add(name + '/', "", false, S_IFDIR | 0755, {});
  return *this;
}

ZipBuilder& ZipBuilder::symbolic_link(const std::string& name, const std::string& target) {
  add(name, target, false, S_IFLNK | 0777, {});
  return *this;
}

ZipBuilder& ZipBuilder::tree(const std::filesystem::path& root) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (!entry.is_directory() || entry.is_symlink()) paths.push_back(entry.path());
  }
  std::ranges::sort(paths, std::ranges::greater());
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const std::string name = paths[i].lexically_relative(root).string();
    if (std::filesystem::is_symlink(paths[i])) {
      symbolic_link(name, std::filesystem::read_symlink(paths[i]).string());
    } else if (i % 2 == 0) {
      deflated(name, read_text(paths[i]));
    } else {
      stored(name, read_text(paths[i]));
    }
  }
  return *this;
}

std::string ZipBuilder::finished() const {
  return members_ + list_ + "PK\5\6" +
         numbers(n16(0), n16(0), count_, count_, n32(list_.size()), n32(members_.size()), n16(0));
}

void ZipBuilder::write(const std::filesystem::path& path) const { write_bytes(path, finished()); }

}  // namespace amt::test
