// Limits that a container, a batch system or systemd sets on a process's memory and CPUs.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace amt {

/// Returns the smallest memory limit, in bytes, of a process's control groups and all their
/// parents; the largest number if there is none. `membership` is the text of /proc/PID/cgroup, and
/// `root` the mount point of the hierarchies, /sys/fs/cgroup. Supports versions 1 and 2. Ignores
/// groups that are not visible inside a container. Local.
std::uint64_t control_group_memory(const std::string& membership,
                                   const std::filesystem::path& root);

/// Returns how many CPU cores all processes of the control groups may use together, with the same
/// arguments: the smallest of the CPU time in their quotas (rounded down, at least 1) and of the
/// numbers of cores they are confined to; the largest number if there is no limit. Local.
int control_group_cores(const std::string& membership, const std::filesystem::path& root);

}  // namespace amt
