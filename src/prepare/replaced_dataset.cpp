#include "replaced_dataset.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <stdio.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <vector>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/dataset/written_files.hpp"
#include "amt/process/log.hpp"
#include "folder_mark.hpp"

namespace amt {
namespace {

namespace fs = std::filesystem;

/// Renames `from` to `to` if nothing has that name. Returns whether it did.
bool move_without_replacing(const fs::path& from, const fs::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return true;
  if (errno != EINVAL && errno != ENOSYS) return false;
  std::error_code failed;  // some network file systems do not support this
  if (fs::symlink_status(to, failed).type() != fs::file_type::not_found) return false;
  return ::rename(from.c_str(), to.c_str()) == 0;
}

/// Returns the names in a folder other than `files` and the mark.
std::vector<std::string> other_names(const fs::path& folder,
                                     const std::vector<std::string>& files) {
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    const bool written = name == kMarkFile || std::ranges::find(files, name) != files.end();
    if (!written || fs::is_directory(entry.symlink_status())) names.push_back(name);
  }
  std::ranges::sort(names);
  return names;
}

void remove_files(const fs::path& folder, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    std::error_code failed;
    fs::remove(folder / name, failed);
    if (failed) {
      throw Error(
          fmt::format("cannot remove {}: {}", (folder / name).string(), reason_text(failed)));
    }
  }
}

}  // namespace

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::vector<std::string> remove_replaced_dataset(const fs::path& old,
                                                 const fs::path& replacement) try {
  const std::vector<std::string> files = dataset_files(old);
  std::vector<std::string> kept, stuck;
  for (const std::string& name : other_names(old, files)) {
    (move_without_replacing(old / name, replacement / name) ? kept : stuck).push_back(name);
  }
  if (!kept.empty()) {
    fsync_path(replacement);
    log_warning(fmt::format("kept in {}, because amt did not write it: {}", replacement.string(),
                            joined(kept)));
  }
  if (!stuck.empty()) return stuck;
  remove_files(old, files);
  FolderMark::remove(old);
  fs::remove(old);
  return {};
} catch (const fs::filesystem_error& error) {
  throw Error(fmt::format("cannot remove the replaced dataset {}: {}", old.string(),
                          reason_text(error.code())));
}

}  // namespace amt
