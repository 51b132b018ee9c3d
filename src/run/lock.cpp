#include "amt/run/lock.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <optional>
#include <string_view>
#include <thread>

#include "amt/base/activity.hpp"
#include "amt/base/error.hpp"
#include "amt/base/file_lock.hpp"
#include "amt/base/files.hpp"
#include "amt/base/temporary_files.hpp"
#include "amt/process/log.hpp"
#include "amt/process/mounts.hpp"
#include "owner.hpp"

namespace amt {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kPause{50};
constexpr std::chrono::seconds kToWrite{2};  // time for another process to write its record
constexpr std::chrono::seconds kToEnd{30};   // time for a job that Slurm has ended (its KillWait)

/// Returns whether `path` still refers to this open file.
bool names(const fs::path& path, const Descriptor& file) {
  struct stat named = {}, open = {};
  return ::stat(path.c_str(), &named) == 0 && ::fstat(file.get(), &open) == 0 &&
         named.st_dev == open.st_dev && named.st_ino == open.st_ino;
}

void write_record(const Descriptor& file, const std::string& record, const fs::path& path) {
  write_all(file.get(), std::as_bytes(std::span(record)), path);
  if (::fsync(file.get()) != 0 && errno != EINVAL) {
    throw system_error("cannot sync " + path.string());
  }
}

/// This process's record, in a file that is not visible to others yet.
std::string record_of_this_process(const Descriptor& file) {
  RunOwner self = this_process();
  self.locked = try_lock(file.get()) == LockResult::kTaken;
  return to_json(self);
}

/// Creates the record by a hard link, so that it is complete and locked from the start.
Descriptor create_by_link(const fs::path& path, int& error) {
  const fs::path temporary = path.parent_path() / temporary_name(path.filename().string());
  Descriptor file(temporary, O_RDWR | O_CREAT | O_EXCL);
  write_record(file, record_of_this_process(file), temporary);
  error = ::link(temporary.c_str(), path.c_str()) == 0 ? 0 : errno;
  struct stat info = {};
  // NFS may have created the link and lost the reply.
  if (error != 0 && ::fstat(file.get(), &info) == 0 && info.st_nlink == 2) error = 0;
  ::unlink(temporary.c_str());
  return file;
}

/// Creates the record without a hard link, so that it is empty for a moment.
Descriptor create_directly(const fs::path& path, int& error) {
  Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  error = file ? 0 : errno;
  if (file) write_record(file, record_of_this_process(file), path);
  return file;
}

/// A record of another process found in the folder.
struct Claim {
  Descriptor file;
  LockResult lock = LockResult::kNoLocks;
  std::optional<RunOwner> owner;  ///< nullopt if the record cannot be read
  OwnerState state = OwnerState::kUnknown;
  bool earlier_start = false;
};

/// Opens the record; nullopt if it has vanished in the meantime. Links are not followed: with a
/// broken link, creating the record would fail because it exists, and opening it because it is
/// missing, forever.
std::optional<Claim> look_at(const fs::path& path) {
  Claim claim;
  claim.file = Descriptor(::open(path.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!claim.file && errno == ENOENT) return std::nullopt;
  if (!claim.file) throw system_error("cannot open " + path.string());
  claim.lock = try_lock(claim.file.get());
  if (!names(path, claim.file)) return std::nullopt;
  try {
    claim.owner = read_run_owner(path);
  } catch (const Error&) {
    return claim;
  }
  const RunOwner self = this_process();
  claim.earlier_start = is_earlier_start(*claim.owner, self);
  claim.state = state_of(*claim.owner, self, claim.lock == LockResult::kTaken,
                         locks_reach_other_hosts(claim.file.get()));
  return claim;
}

bool is_held(const Claim& claim) { return claim.lock == LockResult::kHeldByAnother; }

/// Returns whether the record was written on another host or before a reboot: the file server may
/// keep the lock of a dead host.
bool is_elsewhere(const Claim& claim) {
  return claim.owner && claim.owner->boot != this_process().boot;
}

bool may_be_taken(const Claim& claim, bool take_over, std::chrono::steady_clock::duration waited) {
  if (is_held(claim)) {
    return is_elsewhere(claim) && (take_over || (claim.earlier_start && waited > kToEnd));
  }
  if (claim.state == OwnerState::kUnknown) return take_over;
  return claim.state == OwnerState::kGone;
}

/// Returns whether the other process may just be starting or ending.
bool may_change(const Claim& claim, std::chrono::steady_clock::duration waited) {
  if (claim.earlier_start) return waited < kToEnd;
  const bool unfinished = !claim.owner || (is_held(claim) && claim.state == OwnerState::kGone);
  return unfinished && waited < kToWrite;
}

std::string name_of(const Claim& claim) {
  return claim.owner ? describe(*claim.owner) : "amt train whose record cannot be read";
}

[[noreturn]] void refuse(const fs::path& run, const Claim& claim) {
  const std::string another = "use another --trainer.run_dir";
  if (is_held(claim) || claim.state == OwnerState::kAlive) {
    throw Error(fmt::format("{} is in use by another {}; wait for it to end, stop it, or {}",
                            run.string(), name_of(claim), another));
  }
  throw Error(fmt::format(
      "{} may still be in use by another {}: its host cannot be checked from here; if it "
      "no longer runs, use --trainer.take_over true, otherwise {}",
      run.string(), name_of(claim), another));
}

void say_taken(const fs::path& run, const Claim& claim) {
  const bool known = claim.state == OwnerState::kGone;
  log_info(fmt::format("{} was left by {}{}; taking its place", run.string(), name_of(claim),
                       known ? ", which is no longer running"
                             : ", which is no longer running according to the user"));
}

}  // namespace

RunLock::RunLock(const RunPaths& paths, bool take_over) : path_(paths.in_use()) {
  const Phase phase("waiting for the run's folder");
  std::error_code failed;
  made_folder_ = fs::create_directories(paths.run(), failed);
  if (failed) throw system_error("cannot create the folder " + paths.run().string(), failed);
  const auto start = std::chrono::steady_clock::now();
  while (!create()) {
    const std::optional<Claim> claim = look_at(path_);
    const auto waited = std::chrono::steady_clock::now() - start;
    if (!claim) continue;
    if (may_be_taken(*claim, take_over, waited)) {
      if (remove_claim(claim->file)) say_taken(paths.run(), *claim);
    } else if (may_change(*claim, waited)) {
      std::this_thread::sleep_for(kPause);
      note_progress();
    } else {
      refuse(paths.run(), *claim);
    }
  }
}

RunLock::~RunLock() {
  if (names(path_, file_)) ::unlink(path_.c_str());
  file_ = {};
  if (made_folder_) ::rmdir(path_.parent_path().c_str());  // only if nothing was written
}

/// Returns false if there already is a record.
bool RunLock::create() {
  int error = 0;
  Descriptor file = create_by_link(path_, error);
  if (error == EPERM || error == ENOSYS || error == EOPNOTSUPP) {
    file = create_directly(path_, error);
  }
  if (error == EEXIST) return false;
  if (error != 0) {
    errno = error;
    throw system_error("cannot create " + path_.string());
  }
  file_ = std::move(file);
  if (try_lock(file_.get()) == LockResult::kNoLocks) {
    log_info(fmt::format(
        "{} is on a file system without locks: only the file {} keeps out another amt train",
        path_.parent_path().string(), path_.filename().string()));
  }
  return true;
}

/// Two processes that found the same record may both get here; one that moves away the other's new
/// record puts it back.
bool RunLock::remove_claim(const Descriptor& theirs) const {
  const fs::path aside = path_.parent_path() / temporary_name(path_.filename().string());
  if (::rename(path_.c_str(), aside.c_str()) != 0) {
    if (errno == ENOENT) return false;
    throw system_error("cannot remove " + path_.string());
  }
  const bool theirs_it_was = names(aside, theirs);
  if (!theirs_it_was) (void)::link(aside.c_str(), path_.c_str());
  ::unlink(aside.c_str());
  return theirs_it_was;
}

void RunLock::check() {
  if (names(path_, file_)) return;
  std::error_code failed;
  fs::create_directories(path_.parent_path(), failed);  // if it fails, so will writing
  if (!fs::exists(path_) && create()) return;
  const std::optional<Claim> claim = look_at(path_);
  throw Error(fmt::format("{} was taken by another {}: this one ends", path_.parent_path().string(),
                          claim ? name_of(*claim) : "amt train"));
}

}  // namespace amt
