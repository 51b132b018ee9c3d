// RUN/in-use: the process that trains in a run's folder. Written as it begins, removed as it ends,
// and left by one that is killed:
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
  std::string boot;                ///< of the kernel that the process runs on
  std::string pid_namespace;       ///< in which `pid` is its number
  std::int64_t process_start = 0;  ///< ticks since the boot: numbers of processes are used again
  std::string job;                 ///< of Slurm; empty: none
  std::int64_t job_start = 0;      ///< how often Slurm has started this job again
  bool locked = false;             ///< it holds the operating system's lock on this file
};

RunOwner this_process();

/// JSON text, ending in a newline.
std::string to_json(const RunOwner& owner);

/// Error naming the file and what is wrong with it.
RunOwner read_run_owner(const std::filesystem::path& path);

/// "amt train on host node17, pid 4711, since 2026-11-25 20:37:37 UTC"
std::string describe(const RunOwner& owner);

enum class OwnerState : std::uint8_t { kGone, kAlive, kUnknown };

/// What this process can tell of another owner. `lock_is_free`: nobody holds the lock on the
/// record; `shared_locks`: one that a process on another host held would not be free.
OwnerState state_of(const RunOwner& owner, const RunOwner& self, bool lock_is_free,
                    bool shared_locks);

/// Whether `owner` is an earlier start of the job that `self` belongs to: Slurm has ended it.
bool is_earlier_start(const RunOwner& owner, const RunOwner& self);

}  // namespace amt
