#include "dataset_place.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>

#include "amt/base/error.hpp"
#include "amt/dataset/paths.hpp"
#include "amt/dataset/written_files.hpp"
#include "folder_mark.hpp"

namespace amt {
namespace {

namespace fs = std::filesystem;

constexpr const char* kAnotherName = "; choose another name";

Error cannot_look_into(const fs::path& folder, const fs::filesystem_error& error) {
  return Error(fmt::format("cannot read {}: {}", folder.string(), reason_text(error.code())));
}

const char* kind_of(const fs::file_status& status) {
  return fs::is_symlink(status) ? "a symbolic link" : "not a folder";
}

/// Returns whether a file system is mounted on the folder, so that it cannot be renamed.
bool is_mount_point(const fs::path& folder) {
  struct statx info = {};
  return ::statx(AT_FDCWD, folder.c_str(), 0, STATX_TYPE, &info) == 0 &&
         (info.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

void check_existing(const fs::path& dataset, bool overwrite) {
  const fs::file_status status = status_of(dataset);
  if (!fs::exists(status)) return;
  const std::string name = dataset.string();
  if (!fs::is_directory(status)) {
    throw UsageError(fmt::format("{} exists and is {}{}", name, kind_of(status), kAnotherName));
  }
  if (is_mount_point(dataset)) {
    throw UsageError(fmt::format("a file system is mounted on {}; choose a name in it, such as {}",
                                 name, (dataset / "dataset").string()));
  }
  if (is_dataset(dataset)) {
    if (overwrite) return;
    throw UsageError(fmt::format(
        "the dataset {} already exists; choose another name, or use --overwrite", name));
  }
  std::error_code failed;
  if (!fs::is_empty(dataset, failed) || failed) {
    throw UsageError(
        fmt::format("{} exists and is not a dataset that amt wrote (it has no {} written by amt){}",
                    name, kManifestFile, kAnotherName));
  }
}

/// Checks a folder beside the dataset that amt prepare clears.
void check_neighbour(const fs::path& folder, const fs::path& dataset) {
  const fs::file_status status = status_of(folder);
  if (!fs::exists(status)) return;
  const std::string advice = fmt::format(
      "; amt writes {} there first: move it away, or choose another name", dataset.string());
  if (!fs::is_directory(status)) {
    throw UsageError(
        fmt::format("{} exists and is {}{}", folder.string(), kind_of(status), advice));
  }
  if (!may_be_cleared(folder)) {
    throw UsageError(
        fmt::format("{} exists and was not created by amt prepare{}", folder.string(), advice));
  }
  if (read_mark(folder) == Mark::kReplaced) return;
  if (const std::string name = name_of_a_foreign_file(folder); !name.empty()) {
    throw UsageError(
        fmt::format("{} contains {}, which amt did not write{}", folder.string(), name, advice));
  }
}

}  // namespace

fs::file_status status_of(const fs::path& path) {
  std::error_code failed;
  const fs::file_status status = fs::symlink_status(path, failed);
  if (status.type() != fs::file_type::none) return status;
  throw Error(fmt::format("cannot access {}: {}", path.string(), reason_text(failed)));
}

std::string name_of_a_foreign_file(const fs::path& folder) try {
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    const bool may_be_folder = name == kSpillFolder;
    if (fs::is_directory(entry.symlink_status()) != may_be_folder) return name;
    if (name != kMarkFile && name != kOldLockFile && !may_be_folder &&
        !is_written_by_prepare(name)) {
      return name;
    }
  }
  return "";
} catch (const fs::filesystem_error& error) {
  throw cannot_look_into(folder, error);
}

bool may_be_cleared(const fs::path& folder) try {
  if (read_mark(folder) != Mark::kNone || fs::is_empty(folder)) return true;
  std::error_code failed;
  const fs::path lock = folder / kOldLockFile;
  return fs::is_regular_file(fs::symlink_status(lock, failed)) && fs::file_size(lock) == 0 &&
         name_of_a_foreign_file(folder).empty();
} catch (const fs::filesystem_error& error) {
  throw cannot_look_into(folder, error);
}

void check_dataset_place(const fs::path& dataset, bool overwrite) {
  const fs::path name = dataset_name(dataset);
  check_existing(name, overwrite);
  check_neighbour(partial_path(dataset), name);
  check_neighbour(replaced_path(dataset), name);
}

}  // namespace amt
