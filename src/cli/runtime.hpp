// The process-wide state that main() owns for the subcommands: MPI, watchdog, log.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "amt/base/error.hpp"
#include "amt/base/options.hpp"
#include "amt/mpi/communicator.hpp"
#include "amt/process/watchdog.hpp"

namespace amt {

/// Starts MPI only when a subcommand asks for it, so that --help and --dry-run work without MPI.
/// Outlives the block that catches errors: a rank with an error must not finalise MPI while other
/// ranks continue.
class Runtime {
 public:
  Runtime();  ///< takes rank and host for messages from the launcher's environment

  /// Collective; called once. The communicator lives as long as the Runtime. So does a watchdog,
  /// which covers everything from here on, including MPI's own start and end; 0 seconds means no
  /// watchdog. CollectiveError (kUsage) if the launcher has started several processes and MPI does
  /// not know of the others. CollectiveError that names the rank that differs, unless all ranks run
  /// the same amt with the same `configuration` (INI text).
  mpi::Communicator& start_mpi(const Duration& watchdog, const std::string& configuration);

 private:
  std::optional<Watchdog> watchdog_;
  std::optional<mpi::Session> session_;
  std::optional<mpi::Communicator> world_;
};

/// A subcommand; `args` are the arguments after its name. Throws amt::Error.
using Subcommand = ExitCode (*)(Runtime& runtime, std::span<const std::string> args);

ExitCode run_prepare(Runtime& runtime, std::span<const std::string> args);
ExitCode run_train(Runtime& runtime, std::span<const std::string> args);
ExitCode run_eval(Runtime& runtime, std::span<const std::string> args);
ExitCode run_generate(Runtime& runtime, std::span<const std::string> args);
ExitCode run_export(Runtime& runtime, std::span<const std::string> args);
ExitCode run_inspect(Runtime& runtime, std::span<const std::string> args);
ExitCode run_report(Runtime& runtime, std::span<const std::string> args);

}  // namespace amt
