// File locks that the operating system releases when the process ends; some file systems do not
// support them.
#pragma once

namespace amt {

enum class LockResult {
  kTaken,
  kHeldByAnother,
  kNoLocks,  ///< the file system does not support locks: nothing is locked
};

/// Tries to take an exclusive flock(2) lock on an open file, without waiting. The lock is released
/// when the last duplicate of `fd` is closed. Throws Error on any other failure.
LockResult try_lock(int fd);

}  // namespace amt
