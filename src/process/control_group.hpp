// Limits that a container, a batch system or systemd puts on a process's memory and processors.
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

/// Processor cores that all processes of the control groups may use together, as above: of the
/// time that their quotas grant (rounded down, at least 1) and of the cores that they are confined
/// to, the smallest number; the highest number if nothing is set. Local.
int control_group_cores(const std::string& membership, const std::filesystem::path& root);

}  // namespace amt
