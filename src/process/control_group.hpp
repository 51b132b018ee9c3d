// Limits that a container, a batch system or systemd sets on a process's memory and CPUs.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace amt {

/// The smallest memory limit, in bytes, of a process's control groups and all their parents; the
/// largest number if there is none. `membership` is the text of /proc/PID/cgroup, and `root` the
/// mount point of the hierarchies, /sys/fs/cgroup; supports versions 1 and 2. Groups that are not
/// visible inside a container are ignored. Local.
std::uint64_t control_group_memory(const std::string& membership,
                                   const std::filesystem::path& root);

/// CPU cores that all processes of the control groups may use together, for groups as above: the
/// smallest of the CPU time in their quotas (rounded down, at least 1) and of the numbers of cores
/// they are confined to; the largest number if there is no limit. Local.
int control_group_cores(const std::string& membership, const std::filesystem::path& root);

}  // namespace amt
