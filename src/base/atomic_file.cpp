#include "amt/base/atomic_file.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "amt/base/error.hpp"
#include "amt/base/file_lock.hpp"
#include "amt/base/files.hpp"
#include "amt/base/strings.hpp"
#include "amt/base/temporary_files.hpp"
#include "output_place.hpp"

namespace amt {
namespace {

namespace fs = std::filesystem;

std::string reason_for_no_temporary(int error_number, const fs::path& folder) {
  if (error_number == ENOENT) return "there is no folder " + folder.string();
  if (error_number == EACCES) return "no permission to create a file in " + folder.string();
  return reason_text(error_number);
}

/// Locks a new temporary file. Returns false if remove_stale_temporaries() removed it first.
bool keep(const Descriptor& file, const fs::path& name) try {
  return try_lock(file.get()) != LockResult::kHeldByAnother &&
         (::access(name.c_str(), F_OK) == 0 || errno != ENOENT);
} catch (const Error&) {
  return true;  // write the file even if it cannot be locked
}

/// Best effort: only root can preserve the owner of another user's file.
void take_over_permissions(const fs::path& from, int to) {
  struct stat old = {};
  if (::stat(from.c_str(), &old) != 0) return;
  [[maybe_unused]] const int owner = ::fchown(to, old.st_uid, old.st_gid);
  [[maybe_unused]] const int mode = ::fchmod(to, old.st_mode & 0777);
}

}  // namespace

AtomicFile::AtomicFile(const fs::path& path) : path_(path) {
  OutputPlace place = find_output_place(path);
  if (place.straight) {
    out_.emplace(std::move(place.straight), path);
    return;
  }
  target_ = std::move(place.target);
  open_temporary();
}

void AtomicFile::open_temporary() {
  const fs::path folder = folder_of(target_);
  fs::path name;
  Descriptor file;
  do {
    name = folder / temporary_name(target_.filename().string());
    file = Descriptor(::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (!file && errno != EEXIST && errno != EINTR) {
      throw cannot_write(path_, reason_for_no_temporary(errno, folder));
    }
  } while (!file || !keep(file, name));
  const int fd = file.get();
  out_.emplace(std::move(file), path_);
  temporary_ = std::move(name);
  lock_ = Descriptor(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
  take_over_permissions(target_, fd);
}

AtomicFile::~AtomicFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::commit(Durability durability) {
  out_->close(/*sync=*/!temporary_.empty() && durability == Durability::kSynced);
  if (!temporary_.empty()) rename(durability);
}

void AtomicFile::rename(Durability durability) {
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) {
    throw cannot_write(path_, reason_text(errno));
  }
  temporary_.clear();
  lock_ = {};
  if (durability == Durability::kSynced) fsync_path(folder_of(target_));
}

bool is_standard_output(const fs::path& path) {
  struct stat output = {}, named = {};
  return ::fstat(STDOUT_FILENO, &output) == 0 && ::stat(path.c_str(), &named) == 0 &&
         output.st_dev == named.st_dev && output.st_ino == named.st_ino;
}

void sync_file_system(const fs::path& folder) {
  const Descriptor any(folder, O_RDONLY);
  if (::syncfs(any.get()) != 0) throw system_error("cannot sync " + folder.string());
}

}  // namespace amt
