#include "amt/process/mounts.hpp"

#include <fstream>
#include <sstream>

namespace amt {
namespace {

bool has_option(const std::string& options, const std::string& option) {
  return ("," + options + ",").find("," + option + ",") != std::string::npos;
}

/// Returns the mount's number, such as "31"; "" if it is unknown.
std::string mount_of(int fd) {
  std::ifstream info("/proc/self/fdinfo/" + std::to_string(fd));
  for (std::string name, value; info >> name >> value;) {
    if (name == "mnt_id:") return value;
  }
  return "";
}

}  // namespace

bool mount_shares_locks(const std::string& line) {
  std::istringstream words(line);
  std::string word, type, source, options;
  while (words >> word && word != "-") continue;
  words >> type >> source >> options;
  if (type == "nfs" || type == "nfs4") return has_option(options, "local_lock=none");
  if (type == "lustre") return has_option(options, "flock");
  return type == "gpfs" || type == "ceph";
}

bool locks_reach_other_hosts(int fd) {
  const std::string mount = mount_of(fd);
  std::ifstream mounts("/proc/self/mountinfo");
  for (std::string line; std::getline(mounts, line);) {
    if (!mount.empty() && line.starts_with(mount + " ")) return mount_shares_locks(line);
  }
  return false;
}

}  // namespace amt
