// Finds the launcher of this process from environment variables, before MPI starts or without MPI.
#pragma once

#include <functional>
#include <string>

namespace amt {

/// This process as its launcher describes it in the environment. If launchers are nested, the
/// innermost one counts.
struct Launcher {
  std::string name;      ///< "mpirun of Open MPI"; "" if no known launcher started this process
  std::string variable;  ///< the environment variable with the number of ranks
  int ranks = 1;         ///< processes started together
  bool counted = true;   ///< false if there may be more than `ranks`
  int rank = 0;
  int rank_on_host = 0;
  bool meets_by_pmix = false;
};

/// Returns the value of an environment variable, or nullptr if it is not set.
using Environment = std::function<const char*(const char*)>;

Launcher find_launcher(const Environment& environment);

/// Returns the launcher of this process.
const Launcher& launcher();
inline int launcher_rank() { return launcher().rank; }

/// Returns whether this process was started from the shell of a Slurm step with one task (`srun
/// --pty bash`, salloc). Open MPI's MPI_Init mistakes that step for its own launcher and aborts
/// because it cannot connect, unless SLURM_STEP_ID has been removed.
bool is_shell_of_step(const Launcher& launcher, const std::string& library);

/// Returns why the processes that were started together cannot communicate, and what to do about
/// it, or "" if they can. `library` is MPI's name and version. `world` is the number of ranks in
/// MPI_COMM_WORLD, or 0 before MPI_Init, when only jobs that MPI_Init would abort are refused.
std::string launcher_refusal(const Launcher& launcher, const std::string& library, int world);

}  // namespace amt
