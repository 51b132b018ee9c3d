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
/// Outlives the block that catches errors, because a rank that has failed must not finalise MPI
/// while other ranks continue.
class Runtime {
 public:
  Runtime();  ///< takes the rank and host shown in messages from the environment

  /// Collective; called once. The communicator lives as long as the Runtime, and so does the
  /// watchdog, which also covers the start and end of MPI; 0 seconds means no watchdog. Throws
  /// CollectiveError (kUsage) if the launcher has started several processes that MPI does not
  /// connect, and CollectiveError that names a rank if it runs a different amt or has a different
  /// `configuration` (INI text).
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
