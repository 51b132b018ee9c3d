#include "control_group.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>
#include <string_view>
#include <vector>

namespace amt {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kNone = std::numeric_limits<std::uint64_t>::max();

/// Reads a limit. In version 2 it is the word "max" if there is none.
std::uint64_t limit_in(const fs::path& file) {
  std::ifstream in(file);
  std::uint64_t bytes = 0;
  return in >> bytes ? bytes : kNone;
}

/// Returns the smallest limit of a group and of those above it, up to the mount point; `limit`
/// reads the limit of one folder.
template <class Limit>
auto smallest(const fs::path& mount, fs::path group, Limit limit) {
  auto found = limit(mount);
  for (; group.has_relative_path(); group = group.parent_path()) {
    found = std::min(found, limit(mount / group.relative_path()));
  }
  return found;
}

constexpr int kAllCores = std::numeric_limits<int>::max();

int whole_cores(double quota, double period) {
  if (!(quota > 0) || !(period > 0)) return kAllCores;
  return static_cast<int>(std::clamp(std::floor(quota / period), 1.0, 1e6));
}

/// Reads a quota of version 2: "200000 100000" is the CPU time in each period and the period, in
/// microseconds; "max 100000" is unlimited.
int quota_cores_v2(const fs::path& folder) {
  std::ifstream in(folder / "cpu.max");
  double quota = 0, period = 0;
  return in >> quota >> period ? whole_cores(quota, period) : kAllCores;
}

/// As above, for version 1, which uses two files; -1 means unlimited.
int quota_cores_v1(const fs::path& folder) {
  std::ifstream quota_in(folder / "cpu.cfs_quota_us"), period_in(folder / "cpu.cfs_period_us");
  double quota = 0, period = 0;
  return quota_in >> quota && period_in >> period ? whole_cores(quota, period) : kAllCores;
}

/// Counts the cores in a list such as "0-3,8".
int listed_cores(const fs::path& file) {
  std::ifstream in(file);
  int cores = 0, first = 0, last = 0;
  for (char separator = ','; separator == ',' && in >> first; cores += last - first + 1) {
    last = first;
    separator = '\0';
    in.get(separator);
    if (separator == '-' && in >> last) in.get(separator);
  }
  return cores > 0 ? cores : kAllCores;
}

/// A line of /proc/PID/cgroup: the process's group in one hierarchy.
struct Membership {
  std::string controllers;  ///< "cpu,cpuacct"; "" in version 2, with its single hierarchy
  fs::path group;

  bool has(std::string_view controller) const {
    const std::string all = "," + controllers + ",";
    return all.find("," + std::string(controller) + ",") != std::string::npos;
  }
};

/// Parses lines of number, controllers and group: "0::/job" in version 2, "4:memory:/job" in
/// version 1.
std::vector<Membership> memberships(const std::string& text) {
  std::vector<Membership> all;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    all.push_back({line.substr(first + 1, second - first - 1), line.substr(second + 1)});
  }
  return all;
}

}  // namespace

std::uint64_t control_group_memory(const std::string& membership, const fs::path& root) {
  std::uint64_t bytes = kNone;
  for (const Membership& in : memberships(membership)) {
    const bool v2 = in.controllers.empty();
    if (!v2 && !in.has("memory")) continue;
    const char* file = v2 ? "memory.max" : "memory.limit_in_bytes";
    bytes = std::min(bytes, smallest(v2 ? root : root / "memory", in.group,
                                     [&](const fs::path& at) { return limit_in(at / file); }));
  }
  return bytes;
}

int control_group_cores(const std::string& membership, const fs::path& root) {
  int cores = kAllCores;
  const auto limit = [&](const fs::path& mount, const Membership& in, auto find) {
    cores = std::min(cores, smallest(mount, in.group, find));
  };
  for (const Membership& in : memberships(membership)) {
    if (in.controllers.empty()) {
      limit(root, in, quota_cores_v2);
      limit(root, in,
            [](const fs::path& at) { return listed_cores(at / "cpuset.cpus.effective"); });
    }
    if (in.has("cpu")) limit(root / "cpu", in, quota_cores_v1);
    if (in.has("cpuset")) {
      limit(root / "cpuset", in,
            [](const fs::path& at) { return listed_cores(at / "cpuset.effective_cpus"); });
    }
  }
  return cores;
}

}  // namespace amt
