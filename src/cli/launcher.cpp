#include "launcher.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace amt {
namespace {

constexpr const char* kStepTasks = "SLURM_STEP_NUM_TASKS";

/// The environment variables through which a launcher tells each process its rank. Variables that
/// are also set in a batch script, such as SLURM_NTASKS, are not used, because no ranks have been
/// launched there.
struct Kind {
  const char* name;
  const char* ranks;
  const char* rank;
  const char* rank_on_host;
};

// The order matters: mpirun and mpiexec may start their daemons with srun, and their ranks then
// inherit srun's variables as well.
constexpr std::array<Kind, 6> kKinds = {{
    {"mpirun of Open MPI", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK",
     "OMPI_COMM_WORLD_LOCAL_RANK"},
    {"an mpirun with PMI (such as MPICH's or Intel's)", "PMI_SIZE", "PMI_RANK", "MPI_LOCALRANKID"},
    {"flux run", "FLUX_JOB_SIZE", "FLUX_TASK_RANK", "FLUX_TASK_LOCAL_ID"},
    {"jsrun", "JSM_NAMESPACE_SIZE", "JSM_NAMESPACE_RANK", "JSM_NAMESPACE_LOCAL_RANK"},
    {"srun", kStepTasks, "SLURM_PROCID", "SLURM_LOCALID"},
    {"torchrun", "WORLD_SIZE", "RANK", "LOCAL_RANK"},
}};

int number(const Environment& environment, const char* name) {
  const char* value = environment(name);
  return value == nullptr ? 0 : std::atoi(value);
}

/// The variables of torchrun are also set by other programs, so TORCHELASTIC_RUN_ID must be set,
/// too.
bool is_there(const Kind& kind, const Environment& environment) {
  const bool certain = kind.name != std::string("torchrun") || environment("TORCHELASTIC_RUN_ID");
  return certain && environment(kind.ranks) != nullptr;
}

/// Returns the name of the launcher that set the variables of PMI or Slurm.
std::string name_of(const Kind& kind, const Environment& environment) {
  const bool step = number(environment, kind.ranks) == number(environment, kStepTasks);
  const char* type = environment("SLURM_MPI_TYPE");
  return step && type != nullptr ? fmt::format("srun --mpi={}", type) : kind.name;
}

std::string remedy(const Launcher& launcher, const std::string& library) {
  const std::string own = fmt::format("the mpirun of {}", library);
  if (!launcher.name.starts_with("srun")) {
    return fmt::format("use {}, whose folder may have to come first in PATH", own);
  }
  return fmt::format("use srun --mpi=pmix (srun --mpi=list shows what is available), or {}", own);
}

bool is_open_mpi(const std::string& library) { return library.starts_with("Open MPI"); }

}  // namespace

Launcher find_launcher(const Environment& environment) {
  Launcher found;
  found.meets_by_pmix = environment("PMIX_RANK") != nullptr;
  for (const Kind& kind : kKinds) {
    if (!is_there(kind, environment)) continue;
    found.name = name_of(kind, environment);
    found.variable = kind.ranks;
    found.ranks = std::max(1, number(environment, kind.ranks));
    found.rank = std::max(0, number(environment, kind.rank));
    found.rank_on_host = std::max(0, number(environment, kind.rank_on_host));
    return found;
  }
  found.rank = std::max(0, number(environment, "PMIX_RANK"));
  found.ranks = found.rank + 1;
  found.counted = !found.meets_by_pmix;  // PMIx has no variable for the number of ranks
  if (found.meets_by_pmix) found.name = "a launcher with PMIx", found.variable = "PMIX_RANK";
  return found;
}

const Launcher& launcher() {
  static const Launcher mine = find_launcher([](const char* name) { return std::getenv(name); });
  return mine;
}

bool is_shell_of_step(const Launcher& launcher, const std::string& library) {
  return is_open_mpi(library) && launcher.name.starts_with("srun") && launcher.ranks == 1 &&
         !launcher.meets_by_pmix;
}

std::string launcher_refusal(const Launcher& launcher, const std::string& library, int world) {
  if (launcher.ranks < 2 || world > 1) return "";
  const bool is_lost =
      is_open_mpi(library) && launcher.variable == kStepTasks && !launcher.meets_by_pmix;
  if (world == 0 && !is_lost) return "";
  return fmt::format(
      "{} has started {} processes ({}), but they cannot communicate: this amt is linked with {}, "
      "which does not support this launcher; {}",
      launcher.name, launcher.ranks, launcher.variable, library, remedy(launcher, library));
}

}  // namespace amt
