#include "amt/process/machine.hpp"

#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <fstream>
#include <sstream>

#include "control_group.hpp"

namespace amt {
namespace {

constexpr const char* kControlGroups = "/sys/fs/cgroup";

std::string control_group_membership() {
  std::ostringstream text;
  text << std::ifstream("/proc/self/cgroup").rdbuf();
  return text.str();
}

int online_cores() { return static_cast<int>(std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN))); }

}  // namespace

std::uint64_t node_memory_bytes() {
  const std::uint64_t pages = std::max(1L, ::sysconf(_SC_PHYS_PAGES));
  const std::uint64_t page = std::max(1L, ::sysconf(_SC_PAGESIZE));
  return std::min(pages * page, control_group_memory(control_group_membership(), kControlGroups));
}

std::uint64_t peak_memory_bytes() {
  rusage usage = {};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss * 1024;  // Linux reports KiB
}

double process_seconds() {
  constexpr int kFieldsBefore = 19;  // after the name in parentheses: state, parent ... (proc(5))
  std::ifstream file("/proc/self/stat");
  std::string text((std::istreambuf_iterator<char>(file)), {});
  std::istringstream fields(text.substr(text.rfind(')') + 1));
  std::string skipped;
  for (int i = 0; i < kFieldsBefore; ++i) fields >> skipped;
  double ticks = 0;
  if (!(fields >> ticks)) return 0;
  timespec now = {};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  const double seconds = static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
  return seconds - ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "";
  return name.data();
}

std::string cpu_name() {
  constexpr std::string_view kKey = "model name";
  std::ifstream processors("/proc/cpuinfo");
  for (std::string line; std::getline(processors, line);) {
    if (!line.starts_with(kKey)) continue;
    const std::size_t begin = line.find_first_not_of(": \t", kKey.size());
    return begin == std::string::npos ? "" : line.substr(begin);
  }
  return "";
}

int available_cores() {
  cpu_set_t set;
  if (::sched_getaffinity(0, sizeof(set), &set) == 0) return std::max(1, CPU_COUNT(&set));
  return online_cores();
}

int node_cores() {
  return std::min(online_cores(), control_group_cores(control_group_membership(), kControlGroups));
}

}  // namespace amt
