#include "amt/base/control_group.hpp"

#include <algorithm>
#include <fstream>
#include <limits>
#include <sstream>

namespace amt {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kNone = std::numeric_limits<std::uint64_t>::max();

/// "max", which is version 2's word for no limit, is no number.
std::uint64_t limit_in(const fs::path& file) {
  std::ifstream in(file);
  std::uint64_t bytes = 0;
  return in >> bytes ? bytes : kNone;
}

/// Of the group and of those above it, up to the mount point.
std::uint64_t smallest_limit(const fs::path& mount, fs::path group, const char* file) {
  std::uint64_t smallest = limit_in(mount / file);
  for (; group.has_relative_path(); group = group.parent_path()) {
    smallest = std::min(smallest, limit_in(mount / group.relative_path() / file));
  }
  return smallest;
}

}  // namespace

std::uint64_t control_group_memory(const std::string& membership, const fs::path& root) {
  std::uint64_t smallest = kNone;
  std::istringstream lines(membership);
  for (std::string line; std::getline(lines, line);) {
    // Number, controllers, group: "0::/job" of version 2, "4:memory:/job" of version 1.
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const fs::path group = line.substr(second + 1);
    if (controllers.empty()) {
      smallest = std::min(smallest, smallest_limit(root, group, "memory.max"));
    } else if (controllers == "memory") {
      smallest =
          std::min(smallest, smallest_limit(root / "memory", group, "memory.limit_in_bytes"));
    }
  }
  return smallest;
}

}  // namespace amt
