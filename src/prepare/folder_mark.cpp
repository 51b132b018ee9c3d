#include "folder_mark.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <utility>

#include "amt/base/error.hpp"
#include "amt/base/file_lock.hpp"
#include "amt/base/files.hpp"
#include "amt/process/log.hpp"

namespace amt {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kBuiltText =
    "amt prepare writes a dataset into this folder, and may clear it.\n";
constexpr std::string_view kReplacedText =
    "amt prepare has replaced this dataset by another one, and may remove it.\n";

std::string_view text_of(Mark mark) { return mark == Mark::kReplaced ? kReplacedText : kBuiltText; }

/// Returns whether `path` still refers to `file`, which may have been removed before the lock was
/// taken.
bool has_name(const Descriptor& file, const fs::path& path) {
  struct stat opened = {}, named = {};
  return ::fstat(file.get(), &opened) == 0 && ::lstat(path.c_str(), &named) == 0 &&
         opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

void warn_of_no_locks(const fs::path& folder) {
  static bool said = false;
  if (!std::exchange(said, true)) {
    log_warning(
        fmt::format("the file system of {} has no locks: a second amt prepare that writes the same "
                    "dataset would not be noticed",
                    folder.string()));
  }
}

void write_text(const Descriptor& file, std::string_view text, const fs::path& path) {
  if (::ftruncate(file.get(), 0) != 0) throw system_error("cannot write " + path.string());
  write_all(file.get(), std::as_bytes(std::span(text)), path);
  if (::fsync(file.get()) != 0) throw system_error("cannot fsync " + path.string());
}

}  // namespace

Mark read_mark(const fs::path& folder) {
  const fs::path path = folder / kMarkFile;
  std::error_code failed;
  if (!fs::is_regular_file(fs::symlink_status(path, failed))) return Mark::kNone;
  if (fs::file_size(path, failed) > kReplacedText.size() || failed) return Mark::kNone;
  const std::string text = read_text(path);
  if (text == kReplacedText) return Mark::kReplaced;
  return kBuiltText.starts_with(text) ? Mark::kBuilt : Mark::kNone;
}

FolderMark::FolderMark(const fs::path& folder, Mark mark) {
  const fs::path path = folder / kMarkFile;
  file_ = Descriptor(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK);
  const LockResult lock = try_lock(file_.get());
  if (lock == LockResult::kHeldByAnother || !has_name(file_, path)) {
    throw Error(
        fmt::format("another amt prepare is writing into {}; wait for it or choose another name",
                    folder.string()));
  }
  if (lock == LockResult::kNoLocks) warn_of_no_locks(folder);
  struct stat info = {};
  const bool empty = ::fstat(file_.get(), &info) == 0 && info.st_size == 0;
  if (!empty && read_mark(folder) == Mark::kNone) {
    throw UsageError(fmt::format("{} was not written by amt; move it away", path.string()));
  }
  if (empty || read_mark(folder) != mark) write_text(file_, text_of(mark), path);
}

void FolderMark::remove(const fs::path& folder) {
  std::error_code failed;
  fs::remove(folder / kMarkFile, failed);
  if (failed) {
    throw Error(
        fmt::format("cannot remove {}: {}", (folder / kMarkFile).string(), reason_text(failed)));
  }
}

}  // namespace amt
