// Marks a folder as one of amt prepare, and locks it against other jobs.
#pragma once

#include <filesystem>

#include "amt/base/descriptor.hpp"

namespace amt {

enum class Mark {
  kNone,
  kBuilt,     ///< a dataset is written here; what is left of one that is not may be removed
  kReplaced,  ///< this was a dataset, which another has replaced; its files may be removed
};

inline constexpr const char* kMarkFile = "amt-prepare-in-use";

/// What a folder is marked as. A mark whose writing was cut off counts as kBuilt.
/// Error if it cannot be read.
Mark read_mark(const std::filesystem::path& folder);

/// A folder's mark and the lock that it carries, held as long as this lives. Move-only.
class FolderMark {
 public:
  /// Marks a folder that has no mark, or holds the one that it has. Error if another job holds it;
  /// where the file system has no locks, nobody does, and a warning says so.
  FolderMark(const std::filesystem::path& folder, Mark mark);

  /// Removes the mark from `folder`, wherever that folder is by now.
  static void remove(const std::filesystem::path& folder);

 private:
  Descriptor file_;
};

}  // namespace amt
