#include "output_folder.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cerrno>
#include <string>
#include <vector>

#include "amt/base/error.hpp"
#include "amt/base/exchange_names.hpp"
#include "amt/base/file_lock.hpp"
#include "amt/base/files.hpp"
#include "amt/dataset/paths.hpp"
#include "amt/dataset/written_files.hpp"
#include "amt/process/log.hpp"
#include "dataset_place.hpp"
#include "folder_mark.hpp"
#include "replaced_dataset.hpp"

namespace amt {
namespace {

namespace fs = std::filesystem;

bool is_folder(const fs::path& path) { return fs::is_directory(status_of(path)); }

void rename_folder(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) == 0) return;
  throw system_error(fmt::format("cannot rename {} to {}", from.string(), to.string()));
}

/// Moves the folder `from` to `to`. Returns where the old `to` is now.
fs::path exchange(const fs::path& from, const fs::path& to) {
  if (exchange_names(from, to)) return from;
  // Some network file systems cannot exchange names; there is then a moment without a dataset.
  const fs::path old = replaced_path(to);
  rename_folder(to, old);
  try {
    rename_folder(from, to);
  } catch (const Error&) {
    rename_folder(old, to);
    throw;
  }
  return old;
}

/// Gives the old dataset its name back after a job was killed at that moment.
void bring_back(const fs::path& old, const fs::path& dataset) {
  if (fs::exists(status_of(dataset)) || !is_folder(old) || read_mark(old) != Mark::kReplaced)
    return;
  const FolderMark held(old, Mark::kReplaced);
  rename_folder(old, dataset);
  FolderMark::remove(dataset);
}

/// Removes the replaced dataset after a job was killed before it could do so.
void finish_replacement(const fs::path& old, const fs::path& dataset) {
  if (!is_folder(old) || read_mark(old) != Mark::kReplaced) return;
  const FolderMark held(old, Mark::kReplaced);
  const std::vector<std::string> left = remove_replaced_dataset(old, dataset);
  if (left.empty()) return;
  throw UsageError(fmt::format("{} contains {}, which amt did not write; move it away",
                               old.string(), joined(left)));
}

/// Removes the files that amt prepare wrote into its own folder, except for the mark.
void clear(const fs::path& folder, std::error_code& failed) {
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, failed)) {
    names.push_back(entry.path().filename().string());
  }
  for (const std::string& name : names) {
    if (failed) return;
    if (name == kSpillFolder) {
      fs::remove_all(folder / name, failed);
    } else if (name == kOldLockFile || is_written_by_prepare(name)) {
      fs::remove(folder / name, failed);
    }
  }
}

/// Throws Error if a job of an old version that is still running holds the lock.
void require_old_lock_free(const fs::path& folder) {
  const fs::path path = folder / kOldLockFile;
  if (!fs::exists(status_of(path))) return;
  const Descriptor lock(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK);
  if (try_lock(lock.get()) != LockResult::kHeldByAnother) return;
  throw Error(
      fmt::format("another amt prepare is writing into {}; wait for it or choose another name",
                  folder.string()));
}

}  // namespace

OutputFolder::OutputFolder(const fs::path& dataset, bool overwrite)
    : dataset_(dataset_name(dataset)), partial_(partial_path(dataset)), overwrite_(overwrite) {
  const std::vector<fs::path> neighbours = {replaced_path(dataset_), partial_};
  for (const fs::path& old : neighbours) bring_back(old, dataset_);
  check_dataset_place(dataset_, overwrite);
  for (const fs::path& old : neighbours) finish_replacement(old, dataset_);
  make();
}

void OutputFolder::make() {
  make_folders(folder_of(partial_));
  if (::mkdir(partial_.c_str(), 0777) != 0 && errno != EEXIST) {
    throw system_error("cannot create the folder " + partial_.string());
  }
  require_old_lock_free(partial_);
  mark_ = std::make_unique<FolderMark>(partial_, Mark::kBuilt);
  made_ = true;
  std::error_code failed;
  clear(partial_, failed);
  if (failed)
    throw Error(fmt::format("cannot clear {}: {}", partial_.string(), reason_text(failed)));
}

OutputFolder::~OutputFolder() {
  if (!made_) return;
  std::error_code ignored;
  clear(partial_, ignored);
  fs::remove(partial_ / kMarkFile, ignored);
  fs::remove(partial_, ignored);
}

void OutputFolder::commit() {
  fsync_path(partial_);
  made_ = false;
  const fs::path old = put_in_place();
  fsync_path(folder_of(dataset_));
  FolderMark::remove(dataset_);
  if (old.empty()) return;
  const std::vector<std::string> left = remove_replaced_dataset(old, dataset_);
  if (left.empty()) return;
  log_warning(fmt::format("the replaced dataset's folder {} is kept, because amt did not write: {}",
                          old.string(), joined(left)));
}

fs::path OutputFolder::put_in_place() try {
  if (!overwrite_ || !is_folder(dataset_) || !is_dataset(dataset_)) {
    rename_folder(partial_, dataset_);  // a rename can only replace an empty folder
    return {};
  }
  old_mark_ = std::make_unique<FolderMark>(dataset_, Mark::kReplaced);
  return exchange(partial_, dataset_);
} catch (const Error& error) {
  std::error_code ignored;
  fs::remove(partial_ / kMarkFile, ignored);  // so that no other job clears the finished dataset
  throw Error(fmt::format("the dataset is complete but could not be renamed ({}); it is in {}",
                          error.what(), partial_.string()));
}

}  // namespace amt
