// amt export
#include <iostream>

#include "amt/base/error.hpp"
#include "amt/publish/job.hpp"
#include "command_line.hpp"
#include "launcher.hpp"
#include "runtime.hpp"

namespace amt {

ExitCode run_export(Runtime&, std::span<const std::string> args) {
  ExportOptions options;
  OptionTable table;
  options.register_options(table);
  const CommandLine line = {
      "export",
      "Creates a folder to publish, which contains the model in Hugging Face transformers format "
      "and a model card, and prints its name. Runs without MPI; under mpirun, on rank 0 only.",
      {{"MODEL", "folder of a run, of a checkpoint, or of a Hugging Face model", &options.model},
       {"FOLDER", "folder to create", &options.folder}},
      &table};
  if (!parse_command_line(line, args)) return ExitCode::kDone;
  options.validate();
  if (launcher_rank() > 0) return ExitCode::kDone;
  export_model(options);
  std::cout << options.folder << '\n';
  return ExitCode::kDone;
}

}  // namespace amt
