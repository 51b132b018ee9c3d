#include "amt/prepare/output_folder.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/base/strings.hpp"
#include "amt/dataset/paths.hpp"

namespace amt {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLockFile = "in-use";

void refuse_existing(const fs::path& dataset, bool overwrite) {
  if (!fs::exists(fs::symlink_status(dataset))) return;
  const bool ours = fs::exists(dataset / kManifestFile);
  if (!ours && !(fs::is_directory(dataset) && fs::is_empty(dataset))) {
    throw UsageError(str_cat(dataset.string(), " exists and is not a dataset; give another name"));
  }
  if (ours && !overwrite) {
    throw UsageError(str_cat("the dataset ", dataset.string(),
                             " exists already; give another name, or --overwrite"));
  }
}

/// Puts `from` in the place of the folder `to` and what was there in the place of `from`.
void exchange_names(const fs::path& from, const fs::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_EXCHANGE) == 0) return;
  if (errno != EINVAL && errno != ENOSYS) {
    throw system_error(str_cat("cannot rename ", from.string(), " to ", to.string()));
  }
  // Some network file systems cannot exchange names: there is a moment without a dataset then.
  fs::path old = to;
  old += ".old.partial";
  fs::rename(to, old);
  fs::rename(from, to);
  fs::rename(old, from);
}

}  // namespace

OutputFolder::OutputFolder(fs::path dataset, bool overwrite)
    : dataset_(std::move(dataset)), partial_(partial_path(dataset_)) {
  refuse_existing(dataset_, overwrite);
  try {
    fs::create_directories(partial_);
  } catch (const fs::filesystem_error& error) {
    throw Error(
        str_cat("cannot make the folder ", partial_.string(), ": ", error.code().message()));
  }
  lock();
  made_ = true;
  for (const fs::directory_entry& entry : fs::directory_iterator(partial_)) {
    if (entry.path().filename() != kLockFile) fs::remove_all(entry.path());
  }
}

void OutputFolder::lock() {
  const fs::path path = partial_ / kLockFile;
  lock_ = Descriptor(path, O_RDWR | O_CREAT);
  // Some network file systems have no locks; there two jobs are not kept apart.
  if (::flock(lock_.get(), LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return;
  throw Error(str_cat("another amt prepare is writing ", dataset_.string(),
                      "; wait for it or give another name"));
}

OutputFolder::~OutputFolder() {
  if (made_) {
    std::error_code ignored;
    fs::remove_all(partial_, ignored);
  }
}

void OutputFolder::commit() {
  fs::remove(partial_ / kLockFile);
  fsync_path(partial_);
  const fs::path target = fs::path(dataset_.lexically_normal());
  const fs::path name = target.has_filename() ? target : target.parent_path();
  if (fs::exists(name)) {
    exchange_names(partial_, name);
    fs::remove_all(partial_);
  } else {
    fs::rename(partial_, name);
  }
  made_ = false;
  fsync_path(name.has_parent_path() ? name.parent_path() : ".");
}

}  // namespace amt
