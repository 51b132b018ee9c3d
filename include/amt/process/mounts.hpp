// Information about the file system that contains a file. All calls are local.
#pragma once

#include <string>

namespace amt {

/// Returns whether locks on this open file are visible to other hosts, so that a free lock proves
/// that nobody who held it is alive. Returns false if that is unknown.
bool locks_reach_other_hosts(int fd);

/// Applies the underlying rule to a line of /proc/self/mountinfo.
bool mount_shares_locks(const std::string& line);

}  // namespace amt
