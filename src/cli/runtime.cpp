#include "amt/cli/runtime.hpp"

#include <array>
#include <cstdlib>

#include "amt/base/log.hpp"
#include "amt/base/machine.hpp"
#include "amt/cli/version.hpp"
#include "amt/mpi/agreement.hpp"

namespace amt {

int launcher_rank() {
  for (const char* name : {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "SLURM_PROCID"}) {
    if (const char* value = std::getenv(name)) return std::atoi(value);
  }
  return 0;
}

Runtime::Runtime() { set_log_identity(launcher_rank(), 1, host_name()); }

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
