// Ensures that only one job at a time uses a run's folder.
#pragma once

#include <filesystem>

#include "amt/base/descriptor.hpp"
#include "amt/run/paths.hpp"

namespace amt {

/// Holds a run's folder for its lifetime: RUN/in-use identifies the process, and a lock on that
/// file, if the file system has locks, shows that it is alive. A process that is killed leaves the
/// file behind; the next one takes over if it can tell that the owner is gone. Local: rank 0 holds
/// the lock for all ranks.
class RunLock {
 public:
  /// Creates the folder if it does not exist. Throws an Error naming host, pid and start time if
  /// another process trains there, or may do so on a host that cannot be checked from here;
  /// `take_over` is the user's assurance that it does not. Waits a little for an earlier start of
  /// the same Slurm job to end.
  RunLock(const RunPaths& paths, bool take_over);
  /// Removes the file, and the folder if it is empty.
  ~RunLock();
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;

  /// Must be called before writing anything that two jobs must not both write. Throws Error if
  /// another process has taken the folder. If the file has vanished, e.g. with its folder, it is
  /// written again.
  void check();

 private:
  bool create();
  bool remove_claim(const Descriptor& theirs) const;

  std::filesystem::path path_;
  bool made_folder_ = false;
  Descriptor file_;  // open, and locked if possible, while we hold the folder
};

}  // namespace amt
