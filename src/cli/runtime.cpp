#include "runtime.hpp"

#include <array>
#include <cstdlib>

#include "amt/mpi/agreement.hpp"
#include "amt/mpi/run_on_all.hpp"
#include "amt/process/log.hpp"
#include "amt/process/machine.hpp"
#include "launcher.hpp"
#include "version.hpp"

namespace amt {

namespace {

/// Throws if the launcher has started processes that MPI does not connect with each other. All of
/// them detect this, so only the first reports it.
void require_company(int world) {
  const std::string refusal = launcher_refusal(launcher(), mpi::library_version(), world);
  if (!refusal.empty()) throw mpi::CollectiveError(refusal, ExitCode::kUsage);
}

/// Prepares a start without a launcher. Must be called before MPI starts.
void leave_launchers() {
  // Open MPI would mistake this step for its launcher.
  const bool is_in_step = is_shell_of_step(launcher(), mpi::library_version());
  if (is_in_step) ::unsetenv("SLURM_STEP_ID");
  if (!is_in_step && !launcher().name.empty()) return;
  // Open MPI would start a daemon for ranks that may be spawned later, and both would work in a
  // folder of the user's in $TMPDIR. The daemon removes this folder a moment after the process has
  // ended, which the user's next process may not survive. We spawn none, so we need neither.
  ::setenv("OMPI_MCA_ess_singleton_isolated", "1", /*overwrite=*/0);
  ::setenv("OMPI_MCA_orte_create_session_dirs", "0", /*overwrite=*/0);
}

}  // namespace

Runtime::Runtime() { set_log_identity(launcher().rank, launcher().ranks, host_name()); }

mpi::Communicator& Runtime::start_mpi(const Duration& watchdog, const std::string& configuration) {
  if (watchdog.seconds > 0) watchdog_.emplace(watchdog.seconds, launcher_rank());
  require_company(0);
  leave_launchers();
  session_.emplace();
  world_.emplace(mpi::Communicator::world());
  require_company(world_->size());
  set_log_identity(world_->rank(), world_->size(), world_->host());
  const std::array facts = {
      mpi::SharedFact{"program", build_text(), "give every node the same amt"},
      mpi::SharedFact{"configuration", configuration,
                      "give every rank the same options and files"}};
  mpi::require_equal(*world_, facts);
  return *world_;
}

}  // namespace amt
