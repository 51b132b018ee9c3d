// amt inspect
#include "amt/dataset/inspect.hpp"
#include "command_line.hpp"
#include "launcher.hpp"
#include "runtime.hpp"

namespace amt {

ExitCode run_inspect(Runtime&, std::span<const std::string> args) {
  InspectOptions options;
  OptionTable table;
  options.register_options(table);
  const CommandLine line = {"inspect",
                            "Describes a dataset; with options, verifies it or shows its contents. "
                            "Runs without MPI; under mpirun, on rank 0 only.",
                            {{"DATASET", "folder created by `amt prepare`", &options.dataset}},
                            &table};
  if (!parse_command_line(line, args)) return ExitCode::kDone;
  options.validate();
  if (launcher_rank() > 0) return ExitCode::kDone;  // rank 0 does the work
  return inspect_dataset(options);
}

}  // namespace amt
