#include "owner.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "amt/base/json.hpp"
#include "amt/base/timestamp.hpp"
#include "amt/process/machine.hpp"

namespace amt {
namespace {

constexpr const char* kFormat = "amt-run-in-use";
constexpr int kVersion = 1;
constexpr std::int64_t kAnyNumber = std::numeric_limits<std::int64_t>::max();
constexpr int kStartField = 22;  // the field in /proc/PID/stat, counted from 1

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string boot_id() {
  std::string id;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> id;
  return id;
}

/// When a process started, in ticks since boot; -1 if it does not exist.
std::int64_t start_of_process(std::int64_t pid) {
  std::ifstream stat(fmt::format("/proc/{}/stat", pid));
  std::string text;
  std::getline(stat, text);
  const std::size_t name_end = text.rfind(')');  // the name may contain any characters
  if (name_end == std::string::npos) return -1;
  std::istringstream fields(text.substr(name_end + 1));
  std::string field;
  for (int i = 3; i <= kStartField; ++i) fields >> field;
  std::int64_t ticks = -1;
  std::from_chars(field.data(), field.data() + field.size(), ticks);
  return ticks;
}

std::string namespace_of_pids() {
  std::error_code unknown;
  return std::filesystem::read_symlink("/proc/self/ns/pid", unknown).string();
}

std::string slurm_job() {
  const std::string id = variable("SLURM_JOB_ID");
  return id.empty() ? "" : variable("SLURM_CLUSTER_NAME") + "/" + id;
}

}  // namespace

RunOwner this_process() {
  RunOwner owner;
  owner.host = host_name();
  owner.pid = ::getpid();
  owner.since = local_time_text(std::chrono::system_clock::now());
  owner.boot = boot_id();
  owner.pid_namespace = namespace_of_pids();
  owner.process_start = start_of_process(owner.pid);
  owner.job = slurm_job();
  owner.job_start = std::atoll(variable("SLURM_RESTART_COUNT").c_str());
  return owner;
}

std::string to_json(const RunOwner& owner) {
  const nlohmann::ordered_json json = {{"format", kFormat},
                                       {"version", kVersion},
                                       {"host", owner.host},
                                       {"pid", owner.pid},
                                       {"since", owner.since},
                                       {"boot", owner.boot},
                                       {"pid_namespace", owner.pid_namespace},
                                       {"process_start", owner.process_start},
                                       {"job", owner.job},
                                       {"job_start", owner.job_start},
                                       {"locked", owner.locked}};
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

RunOwner read_run_owner(const std::filesystem::path& path) {
  const json::Value root = json::read_format(path, {}, kFormat, kVersion);
  RunOwner owner;
  owner.host = root.at("host").text();
  owner.pid = root.at("pid").integer(1, kAnyNumber);
  owner.since = root.at("since").text();
  owner.boot = root.at("boot").text();
  owner.pid_namespace = root.at("pid_namespace").text();
  owner.process_start = root.at("process_start").integer(-1, kAnyNumber);
  owner.job = root.at("job").text();
  owner.job_start = root.at("job_start").integer(0, kAnyNumber);
  owner.locked = root.at("locked").boolean();
  return owner;
}

std::string describe(const RunOwner& owner) {
  return fmt::format("amt train on host {}, pid {}, since {}", owner.host, owner.pid, owner.since);
}

bool is_earlier_start(const RunOwner& owner, const RunOwner& self) {
  return !owner.job.empty() && owner.job == self.job && owner.job_start < self.job_start;
}

OwnerState state_of(const RunOwner& owner, const RunOwner& self, bool lock_is_free,
                    bool shared_locks) {
  const bool let_go = lock_is_free && owner.locked;
  if (owner.boot == self.boot) {
    if (let_go) return OwnerState::kGone;
    if (owner.pid_namespace != self.pid_namespace) return OwnerState::kUnknown;
    const bool runs = start_of_process(owner.pid) == owner.process_start;
    return runs ? OwnerState::kAlive : OwnerState::kGone;
  }
  if (owner.host == self.host) return OwnerState::kGone;  // the host has rebooted since
  if (let_go && shared_locks) return OwnerState::kGone;
  return is_earlier_start(owner, self) ? OwnerState::kGone : OwnerState::kUnknown;
}

}  // namespace amt
