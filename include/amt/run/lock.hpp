// Lets one job at a time use a run's folder.
#pragma once

#include <filesystem>

#include "amt/base/descriptor.hpp"
#include "amt/run/paths.hpp"

namespace amt {

/// Holds a run's folder from its making to its end: RUN/in-use names the process, and the operating
/// system's lock on that file, where there are locks, says that it is alive. A process that is
/// killed leaves the file; whoever comes next takes its place if it can tell that nobody is left.
/// Local: rank 0 has one for all.
class RunLock {
 public:
  /// Makes the folder if there is none. Error naming host, pid and since when if another process
  /// trains there, or may do so on a host that cannot be asked from here; `take_over` is the user's
  /// word that it does not. Waits a little for an earlier start of the same Slurm job to end.
  RunLock(const RunPaths& paths, bool take_over);
  /// Removes the file, and the folder if it is empty.
  ~RunLock();
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;

  /// Before something is written that two jobs must not both write. Error if another process has
  /// taken the folder. A file that is gone, as with its folder, is written anew.
  void check();

 private:
  bool create();
  bool remove_claim(const Descriptor& theirs) const;

  std::filesystem::path path_;
  bool made_folder_ = false;
  Descriptor file_;  // open, and locked where there are locks, as long as the folder is ours
};

}  // namespace amt
