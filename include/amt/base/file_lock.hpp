// Locks that end with their process, on file systems that have them and on those that have none.
#pragma once

namespace amt {

enum class LockResult {
  kTaken,
  kHeldByAnother,
  kNoLocks,  ///< the file system has none: nobody is kept out, and nobody holds it
};

/// flock(2), exclusive, of an open file, without waiting. It ends when the last copy of `fd` is
/// closed. Error if the system fails in any other way.
LockResult try_lock(int fd);

}  // namespace amt
