// Names of files that are not complete yet, and removal of those that killed processes left behind.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace amt {

/// "NAME.amt-0123456789abcdef.tmp" with random digits; a long NAME is cut to what file systems
/// accept.
std::string temporary_name(std::string_view name);

/// Whether a name has the form that temporary_name() creates.
bool is_temporary_name(std::string_view name);

/// Removes the temporary files that killed processes left in a folder (not in its subfolders).
/// Considers only names that temporary_name() creates, and spares a file that a living process
/// writes, because that process holds a lock on it. Where the file system has no locks, only files
/// that are at least a day old are removed. Files that cannot be removed stay, without an error:
/// they do no harm.
void remove_stale_temporaries(const std::filesystem::path& folder);

}  // namespace amt
