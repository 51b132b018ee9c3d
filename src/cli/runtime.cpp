#include "amt/cli/runtime.hpp"

#include <array>
#include <cstdlib>
#include <initializer_list>

#include "amt/base/log.hpp"
#include "amt/base/machine.hpp"
#include "amt/cli/version.hpp"
#include "amt/mpi/agreement.hpp"

namespace amt {

namespace {

/// The first of these variables that the launcher has set, else `otherwise`.
int first_number(std::initializer_list<const char*> names, int otherwise = 0) {
  for (const char* name : names) {
    if (const char* value = std::getenv(name)) return std::atoi(value);
  }
  return otherwise;
}

int launcher_ranks() { return first_number({"OMPI_COMM_WORLD_SIZE", "SLURM_NTASKS"}, 1); }

}  // namespace

int launcher_rank() {
  return first_number({"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "SLURM_PROCID"});
}

int launcher_rank_on_host() {
  return first_number({"OMPI_COMM_WORLD_LOCAL_RANK", "SLURM_LOCALID"});
}

Runtime::Runtime() { set_log_identity(launcher_rank(), launcher_ranks(), host_name()); }

mpi::Communicator& Runtime::start_mpi(const Duration& watchdog, const std::string& configuration) {
  if (watchdog.seconds > 0) watchdog_.emplace(watchdog.seconds, launcher_rank());
  session_.emplace();
  world_.emplace(mpi::Communicator::world());
  set_log_identity(world_->rank(), world_->size(), world_->host());
  const std::array facts = {
      mpi::SharedFact{"program", build_text(), "give every node the same amt"},
      mpi::SharedFact{"configuration", configuration,
                      "give every rank the same options and files"}};
  mpi::require_equal(*world_, facts);
  return *world_;
}

}  // namespace amt
