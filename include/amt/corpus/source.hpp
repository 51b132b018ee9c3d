// Where a corpus is stored: a folder, a tar archive, a gzip-compressed tar archive, or a zip
// archive.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "amt/base/error.hpp"

namespace amt {

enum class SourceKind : std::uint8_t { kFolder, kTar, kPackedTar, kZip };

/// Returns whether files are unpacked in batches, in the archive's order, rather than read in
/// place.
constexpr bool is_packed(SourceKind kind) {
  return kind == SourceKind::kPackedTar || kind == SourceKind::kZip;
}

/// Identifies the state of an archive, to detect changes.
struct Stamp {
  std::uint64_t bytes = 0;
  std::int64_t modified_ns = 0;  ///< modification time, since 1970
  bool operator==(const Stamp&) const = default;
};

struct Source {
  std::filesystem::path path;
  SourceKind kind = SourceKind::kFolder;
  Stamp stamp;  ///< for archives only
};

/// The corpus as a whole cannot be read; a plain Error while reading concerns a single file.
class CorpusError : public Error {
 public:
  using Error::Error;
};

/// Determines what `path` is from its first bytes, not its name. Throws CorpusError if it does not
/// exist or is of an unsupported kind. Local.
Source find_source(const std::filesystem::path& path);

}  // namespace amt
