#include "amt/corpus/source.hpp"

#include <fmt/core.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>

#include "archive_file.hpp"

namespace amt {
namespace {

constexpr std::string_view kGzipMagic = "\x1f\x8b";
constexpr std::string_view kZipMagic = "PK\3\4", kEmptyZipMagic = "PK\5\6",
                           kSplitZipMagic = "PK\7\x8";

struct OtherArchive {
  std::string_view magic;
  const char* name;
};
constexpr std::array<OtherArchive, 8> kOtherArchives = {
    {{"7z\xbc\xaf\x27\x1c", "a 7z archive"},
     {"Rar!\x1a\x07", "a rar archive"},
     {"\xfd\x37zXZ", "compressed with xz"},
     {"\x28\xb5\x2f\xfd", "compressed with zstd"},
     {"BZh", "compressed with bzip2"},
     {"LZIP", "compressed with lzip"},
     {"\x04\x22\x4d\x18", "compressed with lz4"},
     {"\x1f\x9d", "compressed with compress"}}};

constexpr std::size_t kMagicBytes = 8;

SourceKind kind_of(std::string_view head, const std::filesystem::path& path) {
  if (head.starts_with(kGzipMagic)) return SourceKind::kPackedTar;
  if (head.starts_with(kZipMagic) || head.starts_with(kSplitZipMagic)) return SourceKind::kZip;
  if (head.starts_with(kEmptyZipMagic)) {
    throw CorpusError(fmt::format("the corpus {} is an empty .zip", path.string()));
  }
  for (const auto& [magic, name] : kOtherArchives) {
    if (!head.starts_with(magic)) continue;
    throw CorpusError(
        fmt::format("the corpus {} is {}, which amt cannot read; unpack it and use the folder, "
                    "or pack it again as a .tar, .tar.gz or .zip",
                    path.string(), name));
  }
  return SourceKind::kTar;
}

}  // namespace

Source find_source(const std::filesystem::path& path) {
  if (path.empty()) throw UsageError("the corpus has an empty name; name a folder or an archive");
  struct stat info = {};
  if (::stat(path.c_str(), &info) != 0) {
    if (errno == ENOENT) throw CorpusError(fmt::format("there is no corpus {}", path.string()));
    throw CorpusError(fmt::format("the corpus {} cannot be reached ({})", path.string(),
                                  std::generic_category().message(errno)));
  }
  if (S_ISDIR(info.st_mode)) return {path, SourceKind::kFolder, {}};
  if (!S_ISREG(info.st_mode)) {
    throw CorpusError(fmt::format("the corpus {} is neither a folder nor a file", path.string()));
  }
  const ArchiveFile file(path);
  std::array<char, kMagicBytes> head{};
  file.read_at(0, std::as_writable_bytes(std::span(head)));
  return {path, kind_of({head.data(), head.size()}, path), file.stamp()};
}

}  // namespace amt
