// Information on the file system that a file lies on. All calls local.
#pragma once

#include <string>

namespace amt {

/// Whether a lock on this open file keeps out processes on other hosts: then a lock that is free
/// says that nobody is alive who held it. False where that is not known.
bool locks_reach_other_hosts(int fd);

/// The rule of it, for a line of /proc/self/mountinfo.
bool mount_shares_locks(const std::string& line);

}  // namespace amt
