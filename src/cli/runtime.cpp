#include "amt/cli/runtime.hpp"

#include <cstdlib>

#include "amt/base/log.hpp"

namespace amt {
namespace {

/// This process's number within the job before MPI is started; 0 outside of a job.
int launcher_rank() {
  for (const char* name : {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "SLURM_PROCID"}) {
    if (const char* value = std::getenv(name)) return std::atoi(value);
  }
  return 0;
}

}  // namespace

Runtime::Runtime() { set_log_identity(launcher_rank(), 1, ""); }

mpi::Communicator& Runtime::start_mpi() {
  session_.emplace();
  world_.emplace(mpi::Communicator::world());
  set_log_identity(world_->rank(), world_->size(), world_->host());
  return *world_;
}

}  // namespace amt
