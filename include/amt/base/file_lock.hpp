// File locks that the operating system releases when the process ends; not all file systems have
// them.
#pragma once

namespace amt {

enum class LockResult {
  kTaken,
  kHeldByAnother,
  kNoLocks,  ///< the file system has no locks: nothing is locked
};

/// flock(2), exclusive, of an open file, without waiting. It ends when the last copy of `fd` is
/// closed. Error if the system fails in any other way.
LockResult try_lock(int fd);

}  // namespace amt
