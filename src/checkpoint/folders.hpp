// Operations on checkpoint folders, with errors that name the folder. All calls are local.
#pragma once

#include <filesystem>

namespace amt {

void create_folder(const std::filesystem::path& folder);  ///< its parent must exist
/// Removes a folder and its contents; does nothing if it does not exist.
void remove_folder(const std::filesystem::path& folder);
void rename_folder(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace amt
