// Checks where a dataset may be written.
#pragma once

#include <filesystem>

namespace amt {

/// Throws UsageError if DATASET cannot be written: it is a link, is something other than a dataset,
/// is a dataset without `overwrite`, or the name of its temporary folder is taken by something that
/// amt prepare did not create. Changes nothing.
void check_dataset_place(const std::filesystem::path& dataset, bool overwrite);

/// Returns whether amt prepare may clear this folder: it has the mark, is empty, or contains only
/// files written by amt and the empty lock of an old version.
bool may_be_cleared(const std::filesystem::path& folder);

/// Returns the status of the path itself, without following links. Throws Error if it cannot be
/// determined.
std::filesystem::file_status status_of(const std::filesystem::path& path);

/// The lock file of versions that did not mark their folder.
inline constexpr const char* kOldLockFile = "in-use";

/// Returns a name in `folder`, which is marked as kBuilt, that amt prepare does not use; "" if
/// there is none.
std::string name_of_a_foreign_file(const std::filesystem::path& folder);

}  // namespace amt
