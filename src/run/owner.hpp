// RUN/in-use names the process that trains in a run's folder. The process writes the file at its
// start and removes it at its end; if it is killed, the file stays:
//   {"format":"amt-run-in-use","version":1,"host":"node17","pid":4711,
//    "since":"2026-11-25 20:37:37 UTC","boot":"5d0c...","pid_namespace":"pid:[4026531836]",
//    "process_start":884213,"job":"cluster/1234","job_start":1,"locked":true}
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace amt {

struct RunOwner {
  std::string host;
  std::int64_t pid = 0;
  std::string since;               ///< in local time
  std::string boot;                ///< boot id of the process's kernel
  std::string pid_namespace;       ///< the namespace of `pid`
  std::int64_t process_start = 0;  ///< ticks since boot; pids are reused
  std::string job;                 ///< id of the Slurm job; empty if there is none
  std::int64_t job_start = 0;      ///< how often Slurm has restarted this job
  bool locked = false;             ///< whether it holds a lock on this file
};

RunOwner this_process();

/// Formats the record as JSON with a final newline.
std::string to_json(const RunOwner& owner);

/// Reads the file. Throws an Error naming the file and the problem.
RunOwner read_run_owner(const std::filesystem::path& path);

/// Returns "amt train on host node17, pid 4711, since 2026-11-25 20:37:37 UTC".
std::string describe(const RunOwner& owner);

enum class OwnerState : std::uint8_t { kGone, kAlive, kUnknown };

/// Returns what this process can determine about another owner. `lock_is_free`: nobody holds the
/// lock on the record; `shared_locks`: locks held by processes on other hosts are visible.
OwnerState state_of(const RunOwner& owner, const RunOwner& self, bool lock_is_free,
                    bool shared_locks);

/// Returns whether `owner` is an earlier start of the Slurm job that `self` belongs to, which Slurm
/// has ended.
bool is_earlier_start(const RunOwner& owner, const RunOwner& self);

}  // namespace amt
