// Marks a folder as amt prepare's, and locks it against other jobs.
#pragma once

#include <filesystem>

#include "amt/base/descriptor.hpp"

namespace amt {

enum class Mark {
  kNone,
  kBuilt,     ///< a dataset is being written here; leftovers may be removed
  kReplaced,  ///< another dataset has replaced this one; its files may be removed
};

inline constexpr const char* kMarkFile = "amt-prepare-in-use";

/// Reads a folder's mark. A mark that was not written completely counts as kBuilt. Throws Error if
/// it cannot be read.
Mark read_mark(const std::filesystem::path& folder);

/// A folder's mark and the lock on it, held for the lifetime of the object. Move-only.
class FolderMark {
 public:
  /// Marks an unmarked folder, or locks the existing mark. Throws Error if another job holds it; if
  /// the file system has no locks, warns and continues.
  FolderMark(const std::filesystem::path& folder, Mark mark);

  /// Removes the mark from `folder`, under whatever name the folder has now.
  static void remove(const std::filesystem::path& folder);

 private:
  Descriptor file_;
};

}  // namespace amt
