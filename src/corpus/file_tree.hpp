// Selects the files of a folder tree, on disk or in an archive, that belong to the corpus.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "amt/corpus/corpus.hpp"

namespace amt {

/// The entry that a path refers to, after following links.
struct TreeEntry {
  enum class Kind { kMissing, kFolder, kFile, kOther };
  Kind kind = Kind::kMissing;
  std::pair<std::uint64_t, std::uint64_t>
      identity;                         ///< a folder's identity, equal for all its paths
  std::uint64_t bytes = 0, offset = 0;  ///< for a file, as in CorpusFile
  std::string md5;                      ///< a file's MD5, if known
  std::string why;                      ///< why it is kMissing or kOther
};

/// Shared by folders and archives: rejected.tsv is part of a dataset and must be the same for both.
inline constexpr const char* kDangling = "a broken link";
inline constexpr const char* kNoFile = "neither a file nor a folder: a pipe, a socket or a device";

/// A folder tree, reduced to what walk() needs. Paths are relative to its root, which is "".
class FileTree {
 public:
  virtual ~FileTree() = default;
  virtual TreeEntry look(const std::string& path) = 0;
  /// Returns the names in a folder, in any order. If some could not be listed, `failure` says why.
  virtual std::vector<std::string> names(const std::string& folder, std::string& failure) = 0;
};

/// Builds the listing except for its source. Throws a CorpusError naming `name` if the root cannot
/// be listed.
Listing walk(FileTree& tree, const Extensions& extensions, const std::string& name);

Listing list_folder(const std::filesystem::path& root, const Extensions& extensions);
Listing list_archive(const Source& source, const Extensions& extensions);

}  // namespace amt
