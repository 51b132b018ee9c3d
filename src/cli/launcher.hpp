// Finds the launcher of this process from environment variables, before MPI starts or without MPI.
#pragma once

#include <functional>
#include <string>

namespace amt {

/// What a launcher says about this process. If one launcher has started another, this is the
/// innermost.
struct Launcher {
  std::string name;      ///< "mpirun of Open MPI"; "" if no launcher is known to have started it
  std::string variable;  ///< the environment variable with the number of ranks
  int ranks = 1;         ///< processes started together
  bool counted = true;   ///< false if there may be more than `ranks`
  int rank = 0;
  int rank_on_host = 0;
  bool meets_by_pmix = false;
};

/// Returns the value of an environment variable, nullptr if it is not set.
using Environment = std::function<const char*(const char*)>;

Launcher find_launcher(const Environment& environment);

/// Returns the launcher of this process.
const Launcher& launcher();
inline int launcher_rank() { return launcher().rank; }

/// Returns whether this process was started from the shell of a Slurm step with one task (`srun
/// --pty bash`, salloc). Open MPI's MPI_Init mistakes the step for its own launcher, cannot reach
/// it and ends the process, unless SLURM_STEP_ID is removed before.
bool is_shell_of_step(const Launcher& launcher, const std::string& library);

/// Returns why processes that were started together cannot work together, and what to do; "" if
/// they can. `library` is MPI's name and version. `world` is the number of ranks that MPI knows of,
/// 0 before MPI is started; a job that MPI_Init itself would end is refused at that point.
std::string launcher_refusal(const Launcher& launcher, const std::string& library, int world);

}  // namespace amt
