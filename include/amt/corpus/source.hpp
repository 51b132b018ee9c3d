// Where a corpus lies: a folder, a tar archive, a tar archive packed with gzip, or a zip archive.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "amt/base/error.hpp"

namespace amt {

enum class SourceKind : std::uint8_t { kFolder, kTar, kPackedTar, kZip };

/// Whether files are unpacked in batches, in the archive's order, rather than read where they lie.
constexpr bool is_packed(SourceKind kind) {
  return kind == SourceKind::kPackedTar || kind == SourceKind::kZip;
}

/// Tells one state of an archive from another.
struct Stamp {
  std::uint64_t bytes = 0;
  std::int64_t modified_ns = 0;  ///< since 1970
  bool operator==(const Stamp&) const = default;
};

struct Source {
  std::filesystem::path path;
  SourceKind kind = SourceKind::kFolder;
  Stamp stamp;  ///< of an archive
};

/// The corpus as a whole cannot be read; a plain Error while reading is one file's matter.
class CorpusError : public Error {
 public:
  using Error::Error;
};

/// What lies at `path`, by its first bytes and not by its name. CorpusError if it is neither a
/// folder nor a file, or an archive of another kind. Local.
Source find_source(const std::filesystem::path& path);

}  // namespace amt
