// Names incomplete files, and removes those that killed processes left behind.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace amt {

/// Returns "NAME.amt-0123456789abcdef.tmp" with random digits. A long NAME is shortened to stay
/// within the file system's limit.
std::string temporary_name(std::string_view name);

/// Returns whether a name has the form that temporary_name() creates.
bool is_temporary_name(std::string_view name);

/// Removes the temporary files that killed processes left in a folder, but not in its subfolders.
/// Considers only names that temporary_name() creates, and skips files that a running process is
/// writing, which are locked. On a file system without locks, removes only files that are at least
/// a day old. Ignores files that cannot be removed, because they do no harm.
void remove_stale_temporaries(const std::filesystem::path& folder);

}  // namespace amt
