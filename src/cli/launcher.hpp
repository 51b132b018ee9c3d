// The launcher of this process, by its environment: known before MPI starts, and without it.
#pragma once

#include <functional>
#include <string>

namespace amt {

/// A launcher's view of this process: the innermost launcher where one has started another.
struct Launcher {
  std::string name;      ///< "mpirun of Open MPI"; "" if no launcher is known to have started it
  std::string variable;  ///< of the environment, which says how many there are
  int ranks = 1;         ///< processes started together
  bool counted = true;   ///< else there may be more ranks than that
  int rank = 0;
  int rank_on_host = 0;
  bool meets_by_pmix = false;
};

/// The value of an environment variable, nullptr if it is not set.
using Environment = std::function<const char*(const char*)>;

Launcher find_launcher(const Environment& environment);

/// Of this process.
const Launcher& launcher();
inline int launcher_rank() { return launcher().rank; }

/// Whether this process was typed into the shell of a Slurm step of one task, as of `srun --pty
/// bash` or salloc: Open MPI's MPI_Init takes that for its own launcher, does not reach it and ends
/// the process, unless SLURM_STEP_ID is taken away before.
bool is_shell_of_step(const Launcher& launcher, const std::string& library);

/// Why processes that were started together do not work together, and what to do; "" if they may.
/// `library` is MPI's name and version, `world` the number of ranks that MPI knows of, 0 before it
/// is started: a job that MPI_Init itself would end is refused before.
std::string launcher_refusal(const Launcher& launcher, const std::string& library, int world);

}  // namespace amt
