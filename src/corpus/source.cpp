#include "amt/corpus/source.hpp"

#include <algorithm>
#include <array>

#include "amt/base/strings.hpp"
#include "archive_file.hpp"

namespace amt {
namespace {

constexpr std::array kGzipMagic = {std::byte{0x1f}, std::byte{0x8b}};

}  // namespace

Source find_source(const std::filesystem::path& path) {
  std::error_code failed;
  const std::filesystem::file_status status = std::filesystem::status(path, failed);
  if (!std::filesystem::exists(status)) {
    throw CorpusError(str_cat("there is no corpus ", path.string()));
  }
  if (std::filesystem::is_directory(status)) return {path, SourceKind::kFolder, {}};
  if (!std::filesystem::is_regular_file(status)) {
    throw CorpusError(str_cat("the corpus ", path.string(), " is neither a folder nor a file"));
  }
  const ArchiveFile file(path);
  std::array<std::byte, 2> magic{};
  file.read_at(0, magic);
  return {path, magic == kGzipMagic ? SourceKind::kPackedTar : SourceKind::kTar, file.stamp()};
}

}  // namespace amt
