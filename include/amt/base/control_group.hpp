// Limits that a container, a batch system or systemd puts on a process's memory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace amt {

/// The smallest memory limit, in bytes, of the control groups that a process is in and of all
/// groups above those; the highest number if none is set. `membership` is the text of
/// /proc/PID/cgroup, `root` the place where the hierarchies are mounted, /sys/fs/cgroup; versions 1
/// and 2. A group that cannot be seen from inside a container is passed over. Local.
std::uint64_t control_group_memory(const std::string& membership,
                                   const std::filesystem::path& root);

}  // namespace amt
