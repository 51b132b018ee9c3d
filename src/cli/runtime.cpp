#include "amt/cli/runtime.hpp"

#include <cstdlib>

#include "amt/base/log.hpp"
#include "amt/base/machine.hpp"

namespace amt {

int launcher_rank() {
  for (const char* name : {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "SLURM_PROCID"}) {
    if (const char* value = std::getenv(name)) return std::atoi(value);
  }
  return 0;
}

Runtime::Runtime() { set_log_identity(launcher_rank(), 1, host_name()); }

mpi::Communicator& Runtime::start_mpi(const Duration& watchdog) {
  if (watchdog.seconds > 0) watchdog_.emplace(watchdog.seconds, launcher_rank());
  session_.emplace();
  world_.emplace(mpi::Communicator::world());
  set_log_identity(world_->rank(), world_->size(), world_->host());
  return *world_;
}

}  // namespace amt
