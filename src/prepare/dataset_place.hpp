// Where a dataset may be written.
#pragma once

#include <filesystem>

namespace amt {

/// UsageError if DATASET cannot be written there: a link, something else than a dataset, a dataset
/// without `overwrite`, or a neighbour of the name of its temporary folder that amt prepare did not
/// make. Changes nothing.
void check_dataset_place(const std::filesystem::path& dataset, bool overwrite);

/// Whether amt prepare may clear this folder: it carries the mark, or the empty lock of an old
/// version among nothing but files of amt's, or it is empty.
bool may_be_cleared(const std::filesystem::path& folder);

/// Of the path itself, not of what a link leads to. Error if it cannot be looked at.
std::filesystem::file_status status_of(const std::filesystem::path& path);

/// The lock of versions that did not mark their folder.
inline constexpr const char* kOldLockFile = "in-use";

/// A name in `folder`, marked as kBuilt, that amt prepare does not give; "" if there is none.
std::string name_of_a_foreign_file(const std::filesystem::path& folder);

}  // namespace amt
