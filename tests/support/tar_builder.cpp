#include "tar_builder.hpp"

#include <zlib.h>

#include <algorithm>
#include <cstdio>
#include <vector>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/base/output_file.hpp"

namespace amt::test {
namespace {

constexpr std::size_t kRecord = 512;

void put(std::string& record, std::size_t at, const std::string& text, std::size_t width) {
  record.replace(at, std::min(text.size(), width), text, 0, width);
}

std::string octal(std::uint64_t value, int digits) {
  char text[32];
  std::snprintf(text, sizeof(text), "%0*llo", digits, static_cast<unsigned long long>(value));
  return text;
}

/// Returns a size field; numbers that do not fit in 11 octal digits have GNU's binary form.
std::string size_field(std::uint64_t bytes) {
  if (bytes < (std::uint64_t{1} << 33)) return octal(bytes, 11);
  std::string field(12, '\0');
  field[0] = static_cast<char>(0x80);
  for (std::size_t i = 11; i > 3; --i, bytes >>= 8) field[i] = static_cast<char>(bytes & 0xff);
  return field;
}

}  // namespace

void TarBuilder::header(const std::string& name, char type, std::uint64_t bytes,
                        const std::string& link) {
  std::string record(kRecord, '\0');
  put(record, 0, name, 100);
  put(record, 100, "0000644", 8);
  put(record, 108, "0000000", 8);
  put(record, 116, "0000000", 8);
  put(record, 124, size_field(bytes), 12);
  put(record, 136, octal(0, 11), 12);
  record[156] = type;
  put(record, 157, link, 100);
  put(record, 257, std::string("ustar\00000", 8), 8);
  put(record, 148, "        ", 8);  // the checksum is computed with blanks in its own field
  std::uint64_t sum = 0;
  for (const char c : record) sum += static_cast<unsigned char>(c);
  put(record, 148, octal(sum, 6) + '\0', 7);
  records_ += record;
}

void TarBuilder::content(const std::string& bytes) {
  records_ += bytes;
  records_.resize((records_.size() + kRecord - 1) / kRecord * kRecord);
}

TarBuilder& TarBuilder::file(const std::string& name, const std::string& bytes) {
  header(name, '0', bytes.size(), "");
  content(bytes);
  return *this;
}

TarBuilder& TarBuilder::folder(const std::string& name) {
  header(name, '5', 0, "");
  return *this;
}

TarBuilder& TarBuilder::symbolic_link(const std::string& name, const std::string& target) {
  header(name, '2', 0, target);
  return *this;
}

TarBuilder& TarBuilder::hard_link(const std::string& name, const std::string& target) {
  header(name, '1', 0, target);
  return *this;
}

TarBuilder& TarBuilder::claim(const std::string& name, std::uint64_t bytes) {
  header(name, '0', bytes, "");
  return *this;
}

TarBuilder& TarBuilder::gnu_long_name(const std::string& name) {
  header("././@LongLink", 'L', name.size() + 1, "");
  content(name + '\0');
  return *this;
}

TarBuilder& TarBuilder::pax_name(const std::string& name) {
  pax("path", name);
  return *this;
}

TarBuilder& TarBuilder::pax_link(const std::string& target) {
  pax("linkpath", target);
  return *this;
}

void TarBuilder::pax(const std::string& key, const std::string& value) {
  const std::string record = ' ' + key + '=' + value + '\n';
  // The length at the beginning of the record includes its own digits.
  std::size_t length = record.size() + 1;
  while (std::to_string(length).size() + record.size() != length) ++length;
  const std::string text = std::to_string(length) + record;
  header("PaxHeaders/x", 'x', text.size(), "");
  content(text);
}

TarBuilder& TarBuilder::tree(const std::filesystem::path& root) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (entry.is_regular_file()) names.push_back(entry.path().lexically_relative(root).string());
  }
  // Sorting by the last letters before ".mid" gives an order very different from that of units.
  std::ranges::sort(names, {}, [](std::string name) {
    std::ranges::reverse(name);
    return name;
  });
  for (const std::string& name : names) file(name, read_text(root / name));
  return *this;
}

std::string TarBuilder::finished() const { return records_ + std::string(2 * kRecord, '\0'); }

void TarBuilder::write(const std::filesystem::path& path) const { write_bytes(path, finished()); }

void TarBuilder::write_packed(const std::filesystem::path& path) const {
  write_bytes(path, gzip(finished()));
}

std::string gzip(const std::string& bytes) {
  z_stream stream = {};
  constexpr int kGzip = 16;  // added to the window bits
  if (deflateInit2(&stream, 6, Z_DEFLATED, 15 + kGzip, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw Error("zlib initialisation failed");
  }
  std::string packed(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  const int result = deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  if (result != Z_STREAM_END) throw Error("zlib compression failed");
  return packed;
}

void write_bytes(const std::filesystem::path& path, const std::string& bytes) {
  OutputFile out(path);
  out.write(bytes);
  out.close();
}

}  // namespace amt::test
