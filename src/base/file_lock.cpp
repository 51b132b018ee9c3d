#include "amt/base/file_lock.hpp"

#include <sys/file.h>

#include <cerrno>

#include "amt/base/error.hpp"

namespace amt {
namespace {

constexpr int kKernelHasNoLocks = 524;  // ENOTSUPP, which programs see on some NFS servers

bool means_no_locks(int error_number) {
  return error_number == ENOLCK || error_number == EOPNOTSUPP || error_number == ENOSYS ||
         error_number == EINVAL || error_number == kKernelHasNoLocks;
}

}  // namespace

LockResult try_lock(int fd) {
  while (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno == EWOULDBLOCK) return LockResult::kHeldByAnother;
    if (means_no_locks(errno)) return LockResult::kNoLocks;
    throw system_error("cannot lock a file");
  }
  return LockResult::kTaken;
}

}  // namespace amt
