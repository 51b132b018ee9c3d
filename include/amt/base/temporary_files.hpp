// Files that are not complete yet: their names, and what killed processes left of them.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace amt {

/// "NAME.amt-0123456789abcdef.tmp" with random digits; a long NAME is cut, so that file systems
/// take it.
std::string temporary_name(std::string_view name);

/// Whether temporary_name() makes such names.
bool is_temporary_name(std::string_view name);

/// Removes from a folder the temporary files that a killed process left there, and nothing that
/// lies deeper. Takes only names of temporary_name(), and no file that a living process writes:
/// that one holds a lock of it. Where the file system has no locks, only files of yesterday and
/// before. What cannot be removed is left silently: it does no harm.
void remove_stale_temporaries(const std::filesystem::path& folder);

}  // namespace amt
